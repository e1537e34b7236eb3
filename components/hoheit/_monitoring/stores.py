"""What a monitoring stack keeps, and whom it contacts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hoheit._service_register import registry_recipients
from hoheit.kubelet_settings import KUBELET_PORT
from hoheit.location import Fact, Location, Source, SourceKind, where
from hoheit.monitoring_settings import OptionalProgram
from hoheit.register import DataClass, Egress, OnDestroy, Phase, Store

from .alertmanager import RETENTION_HOURS, VOLUME_GIB
from .needs import API_SERVER_PORT, kubelets_peer

if TYPE_CHECKING:
    from collections.abc import Iterable

    from hoheit.capabilities import StorageChoice
    from hoheit.kubelet_settings import KubeletSettings
    from hoheit.monitoring_settings import MonitoringSettings, WebhookReceiver
    from hoheit.network import Peer


def bundled_stores(
    name: str,
    settings: MonitoringSettings,
    storage: StorageChoice,
    *,
    control_plane: Location,
    nodes: Location,
) -> tuple[Store, ...]:
    """Return every place where a bundled stack leaves data: volumes, Secrets, disks of nodes."""
    derived = Source(kind=SourceKind.DERIVED, by=f"MonitoringStack '{name}'")

    def fact(value: str) -> Fact:
        return Fact(value=value, source=derived)

    grafana = settings.runs(OptionalProgram.GRAFANA)
    disk = f"of storage class {storage.storage_class}"
    limits = f"{settings.retention_days} days or {settings.retention_size_gib} GiB"
    return (
        Store(
            name=f"{name}: metrics",
            data_class=DataClass.METRICS,
            medium=f"volume of {settings.volume_gib} GiB {disk}",
            location=storage.location,
            retention=fact(f"{limits}, whichever is reached first"),
            erasure=fact("whole blocks are deleted when they are past retention"),
            encryption=storage.encryption,
            key_holder=storage.key_holder,
            backup=fact("none by this stack"),
            readers=fact(
                "who signs in to Grafana; nobody else reaches Prometheus"
                if grafana
                else "nobody by the network rules; who may forward ports into the namespace"
            ),
            on_destroy=settings.on_destroy,
        ),
        Store(
            name=f"{name}: silences, with the names of who made them, and sent notifications",
            data_class=DataClass.CONFIGURATION,
            medium=f"volume of {VOLUME_GIB} GiB {disk}",
            location=storage.location,
            retention=fact(f"{RETENTION_HOURS} hours after they end"),
            encryption=storage.encryption,
            key_holder=storage.key_holder,
            backup=fact("none by this stack"),
            on_destroy=settings.on_destroy,
        ),
        *(_grafana_stores(name, control_plane, nodes, derived) if grafana else ()),
        _logs(name, nodes, grafana=grafana),
    )


def _grafana_stores(
    name: str, control_plane: Location, nodes: Location, derived: Source
) -> tuple[Store, ...]:
    def fact(value: str) -> Fact:
        return Fact(value=value, source=derived)

    return (
        Store(
            name=f"{name}: users and sessions of Grafana",
            data_class=DataClass.CONFIGURATION,
            medium="emptyDir on the node's disk; dashboards are code and come from a ConfigMap",
            location=nodes,
            retention=fact("the pod's life"),
            erasure=fact("with the pod"),
            on_destroy=OnDestroy.DELETE,
        ),
        Store(
            name=f"{name}: Grafana's admin password and signing key",
            data_class=DataClass.CREDENTIALS,
            medium="Kubernetes Secret in etcd, and the Pulumi state (encrypted)",
            location=control_plane,
            retention=fact("until rotated or destroyed"),
            on_destroy=OnDestroy.DELETE,
        ),
    )


def operator_stores(name: str, *, with_exporters: bool, nodes: Location) -> tuple[Store, ...]:
    """Return what is known of the metrics that somebody else's Prometheus keeps: nothing."""
    metrics = Store(
        name=f"{name}: metrics in the operator's Prometheus",
        data_class=DataClass.METRICS,
        medium="whatever the cluster's Prometheus Operator was told to use",
        location=Location(),
        on_destroy=OnDestroy.RETAIN,
    )
    return (metrics, _logs(name, nodes, grafana=False)) if with_exporters else (metrics,)


def _logs(name: str, nodes: Location, *, grafana: bool) -> Store:
    told = "log files on the nodes: no metrics, no prompts"
    return Store(
        name=f"{name}: container logs",
        data_class=DataClass.LOGS,
        medium=f"{told}; Grafana's name users and paths" if grafana else told,
        location=nodes,
        on_destroy=OnDestroy.DELETE,
    )


def stack_recipients(  # noqa: PLR0913 - kinds of recipients and where they are, by name
    name: str,
    images: Iterable[str],
    *,
    receivers: Iterable[WebhookReceiver] = (),
    api_server: Peer | None = None,
    control_plane: Location | None = None,
    kubelets: KubeletSettings | None = None,
    nodes: Location | None = None,
) -> tuple[Egress, ...]:
    """Return every recipient that the stack contacts.

    Args:
        name: Name of the stack.
        images: What its nodes pull.
        receivers: Who is told about alerts.
        api_server: Who answers there, if the stack watches objects.
        control_plane: Where that is.
        kubelets: Who answers there, if the stack watches volumes.
        nodes: Where those are.
    """
    told = tuple(
        Egress(
            recipient=f"alert receiver '{one.name}'",
            host=one.host,
            port=one.port,
            purpose="alerts: names of services, pods and nodes, and measured values",
            when=Phase.RUN,
            location=where(one.location),
        )
        for one in receivers
    )
    pulled = registry_recipients(f"images of '{name}'", images)
    watched = (
        _addresses(
            api_server,
            API_SERVER_PORT,
            recipient="Kubernetes API server",
            purpose=f"find targets and watch objects for '{name}'",
            location=control_plane or Location(),
        )
        if api_server
        else ()
    )
    measured = (
        _addresses(
            kubelets_peer(kubelets),
            KUBELET_PORT,
            recipient="kubelets",
            purpose=f"ask how full volumes are for '{name}'",
            location=nodes or Location(),
        )
        if kubelets
        else ()
    )
    return (*pulled, *watched, *measured, *told)


def _addresses(
    peer: Peer, port: int, *, recipient: str, purpose: str, location: Location
) -> tuple[Egress, ...]:
    """Return a part of the cluster as recipients, by the addresses that network rules see.

    Not by name: a rule sees what lies behind a Service.

    Args:
        peer: Its addresses, and the port behind its Service.
        port: Where it answers if the peer names none.
        recipient: Who it is.
        purpose: Why it is contacted.
        location: Where it is.
    """
    return tuple(
        Egress(
            recipient=recipient,
            host=str(cidr.network_address if cidr.num_addresses == 1 else cidr),
            port=peer.port or port,
            purpose=purpose,
            when=Phase.RUN,
            location=location,
        )
        for cidr in peer.cidrs
    )
