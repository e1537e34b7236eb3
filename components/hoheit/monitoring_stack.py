"""Metrics, dashboards and alerts for everything that offers a ScrapeTarget."""

from typing import Annotated, Self

import pulumi
import pulumi_kubernetes as k8s
from pydantic import InstanceOf, StringConstraints, model_validator

from ._args import PACKAGE, Args, plain, validated
from ._monitoring.bundle import Bundle
from ._monitoring.gpu_exporters import gpu_exporters
from ._monitoring.hand_over import hand_over
from ._monitoring.making import Maker
from ._monitoring.names import PROMETHEUS
from ._monitoring.needs import Neighbours
from ._monitoring.places import check_targets, places_of
from ._monitoring.reaching import let_scrape
from ._monitoring.rule_set import rules_for, unwatched
from ._monitoring.rules import rules_file
from ._monitoring.stores import bundled_stores, operator_stores, stack_recipients
from ._monitoring.targets import gpu_target, server_targets
from .capabilities import StoragePurpose
from .cluster import Cluster, on_cluster
from .gpu_node_pool import GpuNodePool
from .images import Images
from .monitoring_settings import MonitoringSettings, OperatorSettings, OptionalProgram
from .network import Peer
from .register import Egress, Store
from .restricted_namespace import RestrictedNamespace
from .scrape_target import ScrapeTarget


class _Name(Args):
    name: Annotated[str, StringConstraints(pattern=r"^[a-z]([-a-z0-9]*[a-z0-9])?$", max_length=24)]
    """Short: a StatefulSet's name and two hashes have to fit into one label."""


class MonitoringStackArgs(MonitoringSettings):
    """What to watch, where, and with which means."""

    cluster: InstanceOf[Cluster]
    namespace: InstanceOf[RestrictedNamespace]
    """Closed before anything runs in it, and with a name that is known in preview."""
    images: Images
    targets: tuple[ScrapeTarget, ...]
    """What components offer under ``scrape``."""
    pools: tuple[InstanceOf[GpuNodePool], ...] = ()
    """Pools whose GPUs are watched by a DCGM exporter. Leave them out where one runs already, as
    NVIDIA's GPU Operator brings it."""

    @classmethod
    def of(  # noqa: PLR0913 - each is a means of the environment, by name
        cls,
        settings: MonitoringSettings,
        *,
        cluster: Cluster,
        namespace: RestrictedNamespace,
        images: Images,
        targets: tuple[ScrapeTarget, ...],
        pools: tuple[GpuNodePool, ...] = (),
    ) -> Self:
        """Return ``settings`` completed with the means of one environment."""
        own = {field: getattr(settings, field) for field in MonitoringSettings.model_fields}
        means = {"cluster": cluster, "namespace": namespace, "images": images}
        given = {**own, **means, "targets": targets, "pools": pools}
        return validated(cls, given, "the monitoring stack")

    @property
    def gpu_pools(self) -> tuple[GpuNodePool, ...]:
        """The pools with GPUs to watch."""
        wanted = self.runs(OptionalProgram.DCGM_EXPORTER)
        return tuple(pool for pool in self.pools if pool.shape.gpu and wanted)

    @property
    def image_fields(self) -> tuple[str, ...]:
        """The fields of ``Images`` that the stack runs."""
        return self.image_fields_for(gpus=bool(self.gpu_pools))

    @model_validator(mode="after")
    def _series_stay_apart(self) -> Self:
        check_targets(self.targets, kubelets=self.kubelets is not None)
        return self

    @model_validator(mode="after")
    def _images_can_be_pulled(self) -> Self:
        self.images.check(*self.image_fields)
        return self

    @model_validator(mode="after")
    def _pools_are_of_the_cluster(self) -> Self:
        for index, pool in enumerate(self.pools):
            if pool.cluster is not self.cluster:
                raise ValueError(f"pools[{index}]: of another cluster; make a stack for that one")
        return self

    @model_validator(mode="after")
    def _api_server_can_be_reached(self) -> Self:
        if self.bundled and self.cluster.network.api_server is None:
            raise ValueError(
                "cluster.network.api_server: Prometheus finds pods by asking the API server, and "
                "the network rules have to name it; state its addresses as cidrs and its port, as "
                "`kubectl get endpointslices -n default` shows those of the Service kubernetes"
            )
        return self


class MonitoringStack(pulumi.ComponentResource):
    """Prometheus, Alertmanager, Grafana and exporters, or their objects for an operator.

    Creates Prometheus and Alertmanager with a volume each, Grafana with a generated password,
    kube-state-metrics, in the namespaces of targets a NetworkPolicy, a Role and bindings, and with
    ``kubelets`` a ClusterRole that reads their metrics; for an operator PodMonitors, a
    PrometheusRule and ConfigMaps with dashboards instead. In both modes a DCGM exporter runs on
    every GPU node of the pools. Nothing is made for what is left out.
    """

    grafana_url: pulumi.Output[str] | None = None
    """None where Grafana is left out, and with an operator, which has its own."""
    grafana_admin_secret: pulumi.Output[str] | None = None
    """Name of the Secret whose key ``admin-password`` signs in as ``admin``."""
    prometheus_url: pulumi.Output[str] | None = None
    alertmanager_url: pulumi.Output[str] | None = None
    scrape: tuple[ScrapeTarget, ...]
    """The stack's own programs; it scrapes them itself."""
    unwatched: tuple[str, ...]
    """A sentence for each thing that nobody is told about: programs that are left out, targets of
    a version whose metrics are not known, volumes that no kubelet is asked about."""
    stores: tuple[Store, ...]
    egress: tuple[Egress, ...]
    prometheus: k8s.apps.v1.StatefulSet | None = None
    """Prometheus itself, for consumers who must reach past this component."""

    def __init__(
        self, name: str, args: MonitoringStackArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        owner = f"MonitoringStack '{name}'"
        args = validated(MonitoringStackArgs, args, owner)
        validated(_Name, {"name": name}, owner)
        super().__init__(
            f"{PACKAGE}:index:MonitoringStack", name, None, on_cluster(args.cluster, opts)
        )
        self._stack_name, self._args = name, args
        self._images = args.images.rewritten(args.cluster.image)
        self._maker = Maker(
            parent=self,
            stack=name,
            namespace=args.namespace.namespace,
            ready=args.cluster.ready,
        )
        self.scrape = self._own_targets()
        around = Neighbours(stack=name, namespace=args.namespace.name)
        reader = args.operator.prometheus if args.operator else around.peer(PROMETHEUS)
        for place in places_of(args.targets):
            let_scrape(self._maker, place, reader)
        if args.gpu_pools:
            gpu_exporters(self._maker, args.gpu_pools, self._images, reader)
        if args.operator:
            self._hand_over(args.operator)
        elif args.cluster.network.api_server:
            self._run(around, reader, args.cluster.network.api_server)
        self.unwatched = tuple(unwatched(self._targets, args, namespace=args.namespace.name))
        self._say_who_is_not_told()
        self.register_outputs(
            {
                "grafanaUrl": self.grafana_url,
                "grafanaAdminSecret": self.grafana_admin_secret,
                "prometheusUrl": self.prometheus_url,
                "alertmanagerUrl": self.alertmanager_url,
                "unwatched": list(self.unwatched),
                "stores": plain(self.stores),
                "egress": plain(self.egress),
            }
        )

    @property
    def _targets(self) -> tuple[ScrapeTarget, ...]:
        return (*self._args.targets, *self.scrape)

    def _own_targets(self) -> tuple[ScrapeTarget, ...]:
        args, namespace = self._args, self._maker.namespace
        servers = (
            server_targets(self._stack_name, namespace, self._images, args.leave_out)
            if args.bundled
            else ()
        )
        gpus = (gpu_target(self._stack_name, namespace, self._images),) if args.gpu_pools else ()
        return (*servers, *gpus)

    def _run(self, around: Neighbours, reader: Peer, api_server: Peer) -> None:
        """Run the programs."""
        args, cluster = self._args, self._args.cluster
        storage = cluster.storage(StoragePurpose.METRICS)
        bundle = Bundle(
            maker=self._maker,
            settings=args,
            images=self._images,
            targets=self._targets,
            cluster=cluster.name,
            network=cluster.network,
            api_server=api_server,
            storage=storage,
            around=around,
        )
        self.alertmanager_url = bundle.alertmanager()
        self.prometheus, self.prometheus_url = bundle.prometheus(
            rules_file(rules_for(args, self._targets))
        )
        if args.runs(OptionalProgram.GRAFANA):
            self.grafana_url, self.grafana_admin_secret = bundle.grafana(self.prometheus_url)
        if args.runs(OptionalProgram.KUBE_STATE_METRICS):
            bundle.kube_state_metrics(reader)
        self.stores = bundled_stores(
            self._stack_name,
            args,
            storage,
            control_plane=cluster.location,
            nodes=cluster.node_location,
        )
        self.egress = stack_recipients(
            self._stack_name,
            self._images.references(*args.image_fields),
            receivers=args.receivers,
            api_server=cluster.network.api_server,
            control_plane=cluster.location,
            kubelets=args.kubelets,
            nodes=cluster.node_location,
        )

    def _hand_over(self, operator: OperatorSettings) -> None:
        """Give all to the cluster's operator."""
        args = self._args
        hand_over(self._maker, operator, args, self._targets)
        self.stores = operator_stores(
            self._stack_name,
            with_exporters=bool(args.gpu_pools),
            nodes=args.cluster.node_location,
        )
        self.egress = stack_recipients(
            self._stack_name, self._images.references(*args.image_fields)
        )

    def _say_who_is_not_told(self) -> None:
        args = self._args
        if args.bundled and not args.receivers:
            place = "Grafana" if args.runs(OptionalProgram.GRAFANA) else "Prometheus"
            pulumi.log.warn(
                f"receivers: none, so alerts are shown in {place} and sent to nobody", self
            )
        for sentence in self.unwatched:
            pulumi.log.warn(sentence, self)
