"""Who of a monitoring stack talks to whom, and why: what its network rules are made of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from hoheit._labels import selector_labels
from hoheit._network_policy import Need, name_service
from hoheit.kubelet_settings import KUBELET_PORT
from hoheit.network import Peer

from .names import (
    ALERTMANAGER,
    ALERTMANAGER_PORT,
    GRAFANA,
    GRAFANA_PORT,
    PROMETHEUS,
    PROMETHEUS_PORT,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hoheit.kubelet_settings import KubeletSettings
    from hoheit.monitoring_settings import WebhookReceiver
    from hoheit.network import ClusterNetwork
    from hoheit.scrape_target import ScrapeTarget

API_SERVER_PORT = 443
"""Of the Service ``kubernetes``; a peer names the port behind it."""


@dataclass(frozen=True, kw_only=True)
class Neighbours:
    """The programs of one stack as peers of each other."""

    stack: str
    """Name of the stack, which labels its pods."""
    namespace: str

    def peer(self, program: str) -> Peer:
        """Return the pods of one of its programs."""
        return Peer(namespace=self.namespace, pod_labels=selector_labels(program, self.stack))

    def prometheus_ingress(self, targets: Sequence[ScrapeTarget], *, grafana: bool) -> list[Need]:
        """Return who may query metrics: Grafana, if there is one, and who scales a target."""
        askers: list[Peer] = []
        for target in targets:
            askers += [peer for peer in target.queried_by if peer not in askers]
        query = Need(purpose="query metrics", peer=self.peer(GRAFANA), port=PROMETHEUS_PORT)
        return [
            *([query] if grafana else []),
            *(Need(purpose="scale by metrics", peer=one, port=PROMETHEUS_PORT) for one in askers),
        ]

    def prometheus_egress(
        self,
        targets: Sequence[ScrapeTarget],
        network: ClusterNetwork,
        api_server: Peer,
        kubelets: KubeletSettings | None = None,
    ) -> list[Need]:
        """Return what Prometheus contacts; namespaces of targets are known by now."""
        scrapes = {(target.job, target.port): target for target in targets}
        return [
            name_service(network),
            _watch(api_server, "find the pods of targets"),
            Need(purpose="send alerts", peer=self.peer(ALERTMANAGER), port=ALERTMANAGER_PORT),
            *(_scrape(target) for target in scrapes.values()),
            *([_measure(kubelets)] if kubelets else []),
        ]

    def alertmanager_ingress(self) -> list[Need]:
        """Return who may send alerts: Prometheus alone, which scrapes on the same port."""
        peer = self.peer(PROMETHEUS)
        return [Need(purpose="send alerts, scrape metrics", peer=peer, port=ALERTMANAGER_PORT)]

    def grafana_ingress(self, clients: Sequence[Peer]) -> list[Need]:
        """Return who may open dashboards."""
        return [Need(purpose="open dashboards", peer=peer, port=GRAFANA_PORT) for peer in clients]

    def grafana_egress(self, network: ClusterNetwork) -> list[Need]:
        """Return what Grafana contacts: Prometheus, found by name."""
        query = Need(purpose="query metrics", peer=self.peer(PROMETHEUS), port=PROMETHEUS_PORT)
        return [name_service(network), query]


def alertmanager_egress(
    receivers: Sequence[WebhookReceiver], network: ClusterNetwork
) -> list[Need]:
    """Return what Alertmanager contacts: nothing, as long as nobody is to be told."""
    told = [
        Need(purpose=f"tell '{one.name}' at {one.host} about alerts", peer=one.peer, port=one.port)
        for one in receivers
    ]
    return [name_service(network), *told] if told else []


def kube_state_metrics_egress(api_server: Peer) -> list[Need]:
    """Return what kube-state-metrics contacts; it finds the API server without DNS."""
    return [_watch(api_server, "watch the state of objects")]


def kubelets_peer(kubelets: KubeletSettings) -> Peer:
    """Return the kubelets by the addresses of their nodes; they are no pods."""
    return Peer(cidrs=kubelets.cidrs)


def scraped_by(prometheus: Peer, port: int) -> Need:
    """Return the need of a target to be read."""
    return Need(purpose="scrape metrics", peer=prometheus, port=port)


def _watch(api_server: Peer, purpose: str) -> Need:
    return Need(purpose=purpose, peer=api_server, port=API_SERVER_PORT)


def _measure(kubelets: KubeletSettings) -> Need:
    peer = kubelets_peer(kubelets)
    return Need(purpose="ask kubelets about volumes", peer=peer, port=KUBELET_PORT)


def _scrape(target: ScrapeTarget) -> Need:
    peer = Peer.model_validate({"namespace": target.namespace, "pod_labels": target.selector})
    return Need(purpose=f"scrape {target.job}", peer=peer, port=target.port)
