"""What the NetworkPolicies of every stack let through, computed by an evaluator that is not ours.

No cluster enforces anything here: this is the meaning of the rules, and docs/network-rules.md says
what that is worth. Three tables are compared, since a connection between two pods of ours needs the
leave of both, and a rule that is too wide on one side would hide behind the other one.
"""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from support.documents import DOCS
from support.manifests import revealed
from support.monitor import STACKS, Monitor, run_stack, stack_environment
from support.network_rules.addresses import told
from support.network_rules.evaluator import allowed, one_way
from support.network_rules.mutants import mutants
from support.network_rules.needs import KUBELET_PORT, PUBLIC_HUB, Declared, address
from support.network_rules.rows import Row, differences, holds
from support.network_rules.world import STRANGERS, World

STACK_NAMES = sorted(file.name.split(".")[1] for file in STACKS.glob("Pulumi.*.yaml"))
METADATA_SERVICE = "169.254.169.254"
PRIVATE = ("10.0.0.1", "100.64.0.1", "172.16.0.1", "192.168.0.1", METADATA_SERVICE)
PAGE = DOCS / "network-rules.md"


@dataclass(frozen=True)
class Judged:
    """One stack: what it declares, and what its rules let through."""

    monitor: Monitor
    environment: dict[str, Any]
    world: World
    declared: Declared
    tables: dict[str, set[Row]]

    @property
    def let_in(self) -> set[Row]:
        """What pods of the stack would accept, if everybody were free to call."""
        return {row for row in self.tables["in"] if self.declared.is_ours(row.destination)}

    @property
    def let_out(self) -> set[Row]:
        """What pods of the stack could call, if everybody accepted."""
        return {row for row in self.tables["out"] if self.declared.is_ours(row.source)}

    @property
    def let_through(self) -> set[Row]:
        """Every connection that begins or ends at the stack."""
        ours = self.declared.is_ours
        return {row for row in self.tables["both"] if ours(row.source) or ours(row.destination)}


@pytest.fixture(scope="module", params=STACK_NAMES)
def judged(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Judged:
    environment = stack_environment(request.param)
    monitor = run_stack(environment)
    world = World(monitor, environment)
    cases = {
        "both": world.policies,
        "in": one_way(world.policies, "Ingress"),
        "out": one_way(world.policies, "Egress"),
    }
    tables = allowed(world, cases, tmp_path_factory.mktemp("rules"))
    return Judged(monitor, environment, world, Declared(world, environment), tables)


def test_what_is_let_through_is_what_the_environment_declares(judged: Judged) -> None:
    wrong = differences(judged.let_through, judged.declared.both)
    assert not wrong, wrong


def test_every_pod_lets_in_whom_the_environment_declares_and_nobody_else(judged: Judged) -> None:
    wrong = differences(judged.let_in, judged.declared.callers)
    assert not wrong, wrong


def test_every_pod_may_call_whom_the_environment_declares_and_nobody_else(judged: Judged) -> None:
    wrong = differences(judged.let_out, judged.declared.contacts)
    assert not wrong, wrong


def test_what_one_part_asks_of_another_the_other_one_grants(judged: Judged) -> None:
    asked = {
        row
        for row in judged.declared.contacts
        if judged.declared.is_ours(row.destination) and row.source != row.destination
    }
    refused = asked - judged.let_through
    assert not refused, differences(set(), refused)


def test_strangers_with_the_labels_of_our_pods_reach_nothing_and_are_not_reached(
    judged: Judged,
) -> None:
    disguised = [pod for pod in judged.world.others if pod.namespace == STRANGERS]
    assert len(disguised) > len({pod.labels["app.kubernetes.io/name"] for pod in ours(judged)})
    names = {pod.full for pod in disguised}
    assert not {row for row in judged.let_through if names & {row.source, row.destination}}


def test_pods_of_our_namespaces_that_nobody_declared_reach_nothing_and_are_not_reached(
    judged: Judged,
) -> None:
    undeclared = {pod.full for pod in judged.world.others if judged.declared.is_ours(pod.full)}
    assert {f"{namespace}/no-labels" for namespace in judged.world.own} <= undeclared
    assert not {row for row in judged.let_through if undeclared & {row.source, row.destination}}


def test_no_address_outside_the_cluster_reaches_a_pod(judged: Judged) -> None:
    pods = {pod.full for pod in judged.world.pods}
    assert not {row for row in judged.let_in if row.source not in pods}


def test_no_pod_reaches_the_metadata_service_of_a_cloud(judged: Judged) -> None:
    assert not [row for row in outward(judged) if holds(row.destination, METADATA_SERVICE)]


def test_no_pod_reaches_private_networks_but_the_api_server_in_one(judged: Judged) -> None:
    reached = [
        row
        for row in outward(judged)
        if not is_api_server(judged, row)
        and any(holds(row.destination, address) for address in PRIVATE)
    ]
    assert reached == []


def test_nothing_reaches_the_api_server_but_what_watches_objects(judged: Judged) -> None:
    watchers = {
        row.source.partition("/")[2] for row in outward(judged) if is_api_server(judged, row)
    }
    assert watchers <= {"monitoring-prometheus", "monitoring-kube-state-metrics"}
    assert bool(watchers) == ("monitoring-prometheus" in judged.world.stack)


def test_nothing_reaches_kubelets_but_prometheus_and_only_where_they_are_named(
    judged: Judged,
) -> None:
    named = judged.environment.get("monitoring", {}).get("kubelets", {}).get("cidrs", [])
    reached = {
        (row.source.partition("/")[2], row.destination)
        for row in outward(judged)
        if row.port == str(KUBELET_PORT)
    }
    assert reached == {("monitoring-prometheus", cidr) for cidr in named}


def test_no_pod_is_on_the_network_of_its_node_where_rules_do_not_hold(judged: Judged) -> None:
    specs = [one["spec"]["template"]["spec"] for one in judged.world.workloads]
    assert specs
    assert not [spec for spec in specs if spec.get("hostNetwork")]


def test_the_register_names_the_recipients_that_rules_let_pods_reach(judged: Judged) -> None:
    registered = {
        (found["host"], int(found["port"]))
        for _, outputs in judged.monitor.outputs
        for found in revealed(outputs).get("egress") or []
        if found["recipient"] != "image registry"  # the node pulls, and no rule of ours is about it
    }
    assert registered == set(recipients(judged))


def test_a_pod_that_is_told_of_a_service_reaches_the_pods_behind_it(judged: Judged) -> None:
    configured = set(told(judged.world, judged.monitor))
    expected = {
        Row("mlflow/mlflow-server", "mlflow/mlflow-database-server", "TCP", "5432"),
        Row("mlflow/mlflow-server", "mlflow/mlflow-objects-server", "TCP", "7070"),
    }
    if "mlflow-database-server" in judged.world.stack:
        assert expected <= configured  # so it is seen when nothing is read any more
    refused = configured - judged.let_through
    assert not refused, differences(set(), refused)


def ours(judged: Judged) -> list[Any]:
    return list(judged.world.stack.values())


def outward(judged: Judged) -> list[Row]:
    pods = {pod.full for pod in judged.world.pods}
    return [row for row in judged.let_out if row.destination not in pods]


def is_api_server(judged: Judged, row: Row) -> bool:
    server = judged.environment["cluster"].get("network", {}).get("api_server")
    return server is not None and (row.destination, row.port) == (
        ", ".join(server["cidrs"]),
        str(server["port"]),
    )


def recipients(judged: Judged) -> list[tuple[str, int]]:
    """Return host and port of everybody outside the stack, from what its environment says."""
    environment, world = judged.environment, judged.world
    mlflow, monitoring = environment.get("mlflow", {}), environment.get("monitoring", {})
    found = [(one["host"], one.get("port", 443)) for one in monitoring.get("receivers", [])]
    if database := mlflow.get("database", {}).get("host"):
        found.append((database, mlflow["database"].get("port", 5432)))
    stores = [environment.get("object_store", {}), mlflow.get("artifacts", {})]
    found += [address(store["endpoint"]) for store in stores if "endpoint" in store]
    if "object_server" in environment:
        space = environment["object_server"].get("namespace", "objects")
        found.append((f"objects-s3.{space}.svc.cluster.local", 7070))
    if hub := environment.get("hub"):
        found.append(address(hub.get("endpoint", PUBLIC_HUB)))
    if "monitoring-prometheus" in world.stack:
        server = environment["cluster"]["network"]["api_server"]
        found += [(cidr.removesuffix("/32"), server["port"]) for cidr in server["cidrs"]]
        nodes = monitoring.get("kubelets", {}).get("cidrs", [])
        found += [(cidr.removesuffix("/32"), KUBELET_PORT) for cidr in nodes]
    return found


def test_every_mistake_in_a_rule_changes_what_is_let_through(tmp_path: Path) -> None:
    environment = stack_environment("local")
    world = World(run_stack(environment), environment)
    declared = Declared(world, environment)
    wrong = list(mutants(world.policies))
    assert len(wrong) > 10 * len(world.policies)
    named = {f"mistake-{number}": one for number, one in enumerate(wrong)}
    cases = {name: one_way(one.policies, one.direction) for name, one in named.items()}
    tables = allowed(world, cases, tmp_path)
    unseen = [
        one.what for name, one in named.items() if not shows(one.direction, tables[name], declared)
    ]
    assert unseen == []


def shows(direction: str, table: set[Row], declared: Declared) -> bool:
    if direction == "Ingress":
        return {row for row in table if declared.is_ours(row.destination)} != declared.callers
    return {row for row in table if declared.is_ours(row.source)} != declared.contacts


@pytest.mark.parametrize("judged", ["local"], indirect=True)
def test_the_page_shows_the_table_of_stack_local(judged: Judged) -> None:
    text = PAGE.read_text("utf-8")
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    shown = f"{before}{BEGIN}\n{markdown(judged.let_through)}{END}{after}"
    if os.environ.get("UPDATE_GOLDEN"):
        PAGE.write_text(shown, "utf-8")
    assert PAGE.read_text("utf-8") == shown, "if that is meant: UPDATE_GOLDEN=1 pytest"


BEGIN, END = "<!-- generated: begin -->", "<!-- generated: end -->"


def markdown(rows: set[Row]) -> str:
    """Return the table, one line for all protocols and ports of two ends."""
    ports: dict[tuple[str, str], list[str]] = {}
    for row in sorted(rows):
        ports.setdefault((row.source, row.destination), []).append(f"{row.protocol} {row.port}")
    lines = [
        f"| `{source}` | `{destination}` | {', '.join(used)} |"
        for (source, destination), used in ports.items()
    ]
    return "\n".join(("| From | To | Port |", "|---|---|---|", *lines, ""))
