"""The programs of a bundled stack, each with its account, policy, configuration and Service."""

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
import pulumi_kubernetes as k8s
import pulumi_random as random

from hoheit._deployment_spec import config_hash
from hoheit._labels import object_labels
from hoheit.capabilities import StorageChoice
from hoheit.images import Images
from hoheit.monitoring_settings import MonitoringSettings, OptionalProgram
from hoheit.network import ClusterNetwork, Peer
from hoheit.scrape_target import ScrapeTarget

from . import alertmanager, grafana, kube_state_metrics, prometheus
from .dashboards import dashboards
from .making import Maker, known
from .names import (
    ALERTMANAGER,
    ALERTMANAGER_PORT,
    DCGM_EXPORTER,
    GRAFANA,
    GRAFANA_PORT,
    KUBE_STATE_METRICS,
    KUBE_STATE_METRICS_PORT,
    PROMETHEUS,
    PROMETHEUS_PORT,
)
from .needs import Neighbours, alertmanager_egress, kube_state_metrics_egress, scraped_by
from .places import one_for_each_namespace, places_of
from .reaching import let_ask_kubelets, let_discover, let_watch

_PASSWORD_LENGTH = 32


@dataclass(frozen=True, kw_only=True)
class Bundle:
    """What all programs of one bundled stack share."""

    maker: Maker
    settings: MonitoringSettings
    images: Images
    """As the cluster's mirror names them."""
    targets: Sequence[ScrapeTarget]
    """All of them, the stack's own programs included."""
    cluster: str
    network: ClusterNetwork
    api_server: Peer
    storage: StorageChoice
    around: Neighbours

    def prometheus(self, rules: str) -> tuple[k8s.apps.v1.StatefulSet, pulumi.Output[str]]:
        """Make Prometheus; return it and its URL."""
        maker, late = self.maker, known(self.targets)
        account = maker.account(PROMETHEUS)
        for place in one_for_each_namespace(places_of(self.targets)):
            let_discover(maker, place, account)
        if self.settings.kubelets:
            let_ask_kubelets(maker, account)
        policy = maker.policy(
            PROMETHEUS,
            self.around.prometheus_ingress(
                self.targets, grafana=self.settings.runs(OptionalProgram.GRAFANA)
            ),
            late.apply(
                lambda targets: self.around.prometheus_egress(
                    targets, self.network, self.api_server, self.settings.kubelets
                )
            ),
        )
        config = late.apply(
            lambda targets: prometheus.prometheus_config(
                self.settings,
                targets,
                cluster=self.cluster,
                alertmanager=f"{maker.stack}-{ALERTMANAGER}:{ALERTMANAGER_PORT}",
            )
        )
        spec = prometheus.prometheus_pod(
            self.settings,
            self.images,
            self.targets,
            account=account,
            config=maker.config(PROMETHEUS, "config", {prometheus.CONFIG_FILE: config}),
            rules=maker.config(PROMETHEUS, "rules", {prometheus.RULES_FILE: rules}),
            claim=self._claim(PROMETHEUS, self.settings.volume_gib),
        )
        digest = config.apply(lambda text: config_hash([text, rules]))
        made = maker.stateful(PROMETHEUS, spec, digest, [policy], "20m")
        return made, self._service(PROMETHEUS, PROMETHEUS_PORT, made)

    def alertmanager(self) -> pulumi.Output[str]:
        """Make Alertmanager; return its URL."""
        maker, receivers = self.maker, self.settings.receivers
        policy = maker.policy(
            ALERTMANAGER,
            self.around.alertmanager_ingress(),
            alertmanager_egress(receivers, self.network),
        )
        config = alertmanager.alertmanager_config(receivers)
        spec = alertmanager.alertmanager_pod(
            receivers,
            self.images,
            account=maker.account(ALERTMANAGER),
            config=maker.config(ALERTMANAGER, "config", {alertmanager.CONFIG_FILE: config}),
            claim=self._claim(ALERTMANAGER, alertmanager.VOLUME_GIB),
        )
        digest = config_hash([config])
        made = maker.stateful(ALERTMANAGER, spec, digest, [policy], "10m")
        return self._service(ALERTMANAGER, ALERTMANAGER_PORT, made)

    def grafana(self, prometheus_url: pulumi.Output[str]) -> tuple[pulumi.Output[str], ...]:
        """Make Grafana; return its URL, and the name of the Secret with the admin password."""
        maker = self.maker
        policy = maker.policy(
            GRAFANA,
            self.around.grafana_ingress(self.settings.clients),
            self.around.grafana_egress(self.network),
        )
        gpus = any(target.exporter == DCGM_EXPORTER for target in self.targets)
        pages = dashboards(self.settings.thresholds, gpus=gpus)
        files = grafana.dashboard_files(pages)
        provisioning = {
            file: prometheus_url.apply(lambda url, file=file: grafana.provisioning(url)[file])
            for file in (grafana.DATASOURCES_FILE, grafana.PROVIDERS_FILE)
        }
        secret = self._grafana_secret()
        spec = grafana.grafana_pod(
            self.images,
            account=maker.account(GRAFANA),
            provisioning=maker.config(GRAFANA, "provisioning", provisioning),
            dashboards=maker.config(GRAFANA, "dashboards", files),
            secret=secret,
            home=pages[0].file,
        )
        digest = pulumi.Output.all(*provisioning.values()).apply(
            lambda texts: config_hash([*texts, *files.values()])
        )
        made = maker.deployment(GRAFANA, spec, digest, [policy])
        return self._service(GRAFANA, GRAFANA_PORT, made), secret

    def kube_state_metrics(self, prometheus_peer: Peer) -> None:
        """Make kube-state-metrics, which sees the namespaces of the targets and no other."""
        maker, late = self.maker, known(self.targets)
        account = maker.account(KUBE_STATE_METRICS)
        role = k8s.rbac.v1.ClusterRole(
            f"{maker.stack}-{KUBE_STATE_METRICS}-role",
            metadata={"labels": object_labels(KUBE_STATE_METRICS, maker.stack)},
            rules=kube_state_metrics.watch_rules(),
            opts=maker.options(),
        )
        for place in one_for_each_namespace(places_of(self.targets)):
            let_watch(maker, place, role, account)
        policy = maker.policy(
            KUBE_STATE_METRICS,
            [scraped_by(prometheus_peer, KUBE_STATE_METRICS_PORT)],
            kube_state_metrics_egress(self.api_server),
        )
        namespaces = late.apply(
            lambda targets: sorted({str(target.namespace) for target in targets})
        )
        spec = pulumi.Output.all(namespaces, account).apply(
            lambda found: kube_state_metrics.kube_state_metrics_pod(
                self.images, found[0], account=found[1]
            )
        )
        digest = namespaces.apply(config_hash)
        maker.deployment(KUBE_STATE_METRICS, spec, digest, [policy])

    def _claim(self, program: str, gib: int) -> pulumi.Output[str]:
        if self.storage.storage_class is None:
            raise pulumi.RunError(
                "cluster.capabilities.storage_classes: metrics need a volume that outlives a pod; "
                "name a StorageClass of the cluster"
            )
        return self.maker.claim(program, gib, self.storage.storage_class, self.settings.on_destroy)

    def _service(self, program: str, port: int, after: pulumi.Resource) -> pulumi.Output[str]:
        return self.maker.service(program, port, self.network.domain, after)

    def _grafana_secret(self) -> pulumi.Output[str]:
        keys = {
            key: random.RandomPassword(
                f"{self.maker.stack}-{GRAFANA}-{key}",
                length=_PASSWORD_LENGTH,
                special=False,
                opts=self.maker.options(),
            ).result
            for key in (grafana.ADMIN_PASSWORD_KEY, grafana.SIGNING_KEY)
        }
        made = k8s.core.v1.Secret(
            f"{self.maker.stack}-{GRAFANA}-secret",
            metadata=self.maker.metadata(GRAFANA),
            # A new password is a new Secret with a new name, so the pod rolls by itself.
            immutable=True,
            string_data=keys,
            opts=self.maker.options(),
        )
        return made.metadata.name
