"""What a monitoring stack keeps, whom it contacts, and who may talk to whom inside it."""

from hoheit import (
    DataClass,
    Egress,
    Location,
    MonitoringSettings,
    OnDestroy,
    Peer,
    Phase,
    StorageChoice,
    Store,
)
from hoheit._monitoring.needs import Neighbours, alertmanager_egress
from hoheit._monitoring.stores import bundled_stores, operator_stores, stack_recipients
from hoheit.location import UNKNOWN, Fact
from hoheit.network import ClusterNetwork
from support.samples import declared_location, gateway_target, scrape_target, webhook

HERE = declared_location().location()
DISK = StorageChoice(
    storage_class="encrypted",
    location=HERE,
    encryption=Fact(value="LUKS", source=declared_location().source()),
)
API_SERVER = Peer.model_validate({"cidrs": ["192.0.2.10/32"], "port": 6443})
AROUND = Neighbours(stack="watch", namespace="monitoring")


NODES = declared_location(country="FI").location()


def _bundled(settings: MonitoringSettings) -> tuple[Store, ...]:
    return bundled_stores("watch", settings, DISK, control_plane=HERE, nodes=NODES)


def stores(settings: MonitoringSettings) -> dict[DataClass, list[Store]]:
    found: dict[DataClass, list[Store]] = {}
    for store in _bundled(settings):
        found.setdefault(store.data_class, []).append(store)
    return found


def test_the_volume_tells_where_how_long_and_how_it_is_encrypted() -> None:
    (metrics,) = stores(MonitoringSettings(retention_days=14))[DataClass.METRICS]
    assert metrics.location == HERE
    assert metrics.encryption.value == "LUKS"
    assert metrics.encryption.source.kind == "declared"
    assert metrics.retention.value == "14 days or 40 GiB, whichever is reached first"
    assert metrics.retention.source.kind == "derived"
    assert metrics.key_holder is UNKNOWN


def test_only_what_lies_on_volumes_can_be_retained() -> None:
    kept = [
        store.data_class
        for store in _bundled(MonitoringSettings())
        if store.on_destroy is OnDestroy.RETAIN
    ]
    assert kept == [DataClass.METRICS, DataClass.CONFIGURATION]
    gone = MonitoringSettings(on_destroy=OnDestroy.DELETE)
    assert {one.on_destroy for one in _bundled(gone)} == {OnDestroy.DELETE}


def test_what_lies_on_disks_of_nodes_is_where_the_nodes_are() -> None:
    (logs,) = stores(MonitoringSettings())[DataClass.LOGS]
    assert logs.location == NODES
    (credentials,) = stores(MonitoringSettings())[DataClass.CREDENTIALS]
    assert credentials.location == HERE


def test_without_grafana_nothing_of_it_is_kept_and_nobody_signs_in_to_it() -> None:
    found = _bundled(MonitoringSettings(leave_out=("grafana",)))
    assert "Grafana" not in str(found)
    assert DataClass.CREDENTIALS not in {store.data_class for store in found}
    assert "Grafana" in str(_bundled(MonitoringSettings()))


def test_what_an_operators_prometheus_keeps_is_unknown() -> None:
    (metrics,) = operator_stores("watch", with_exporters=False, nodes=NODES)
    assert (metrics.location, metrics.retention) == (Location(), UNKNOWN)
    assert metrics.on_destroy is OnDestroy.RETAIN


def recipients(*found: Egress) -> list[tuple[str, int, Phase]]:
    return [(one.host, one.port, one.when) for one in found]


def test_registries_api_server_and_receivers_are_all_recipients() -> None:
    found = stack_recipients(
        "watch",
        ["docker.io/prom/prometheus:v1", "registry.example.internal:5000/grafana:v1"],
        receivers=[webhook(port=8443, location=declared_location())],
        api_server=API_SERVER,
        control_plane=HERE,
    )
    assert recipients(*found) == [
        ("docker.io", 443, Phase.START),
        ("registry.example.internal", 5000, Phase.START),
        ("192.0.2.10", 6443, Phase.RUN),
        ("alerts.example.internal", 8443, Phase.RUN),
    ]
    assert found[-1].location == HERE


def test_an_operators_stack_contacts_registries_only() -> None:
    assert recipients(*stack_recipients("watch", ["docker.io/a/b:v1"])) == [
        ("docker.io", 443, Phase.START)
    ]


def test_prometheus_reaches_its_targets_once_each_and_little_else() -> None:
    needs = AROUND.prometheus_egress(
        [scrape_target(), gateway_target()], ClusterNetwork(), API_SERVER
    )
    assert [(need.purpose, need.pod_port) for need in needs] == [
        ("DNS", 53),
        ("find the pods of targets", 6443),
        ("send alerts", 9093),
        ("scrape mistral", 8081),
    ]
    assert needs[-1].peer.pod_labels == scrape_target().selector


def test_without_grafana_nobody_queries_prometheus_but_who_scales_by_it() -> None:
    scaler = Peer(namespace="keda")
    targets = [scrape_target(queried_by=(scaler,))]
    with_it = AROUND.prometheus_ingress(targets, grafana=True)
    without = AROUND.prometheus_ingress(targets, grafana=False)
    assert [need.purpose for need in with_it] == ["query metrics", "scale by metrics"]
    assert [need.peer for need in without] == [scaler]


def test_nobody_opens_grafana_unless_named() -> None:
    assert AROUND.grafana_ingress([]) == []
    (need,) = AROUND.grafana_ingress([Peer(namespace="apps")])
    assert (need.peer.namespace, need.pod_port) == ("apps", 3000)


def test_alertmanager_reaches_its_receivers_and_without_one_nothing_at_all() -> None:
    assert alertmanager_egress([], ClusterNetwork()) == []
    needs = alertmanager_egress([webhook(port=8443)], ClusterNetwork())
    assert [(need.purpose, need.pod_port) for need in needs] == [
        ("DNS", 53),
        ("tell 'on-call' at alerts.example.internal about alerts", 8443),
    ]
