"""Kubelets of a stack file against the nodes of a cluster."""

from typing import Any

import pytest
from hoheit import KubeletSettings
from hoheit_cli.checks.kubelets import check_kubelets
from hoheit_cli.finding import Finding, Unread, Verdict, unknown

Object = dict[str, Any]


def node(
    name: str, address: str = "192.0.2.70", *, port: int = 10250, fake: bool = False, **labels: str
) -> Object:
    return {
        "metadata": {
            "name": name,
            "labels": labels,
            "annotations": {"kwok.x-k8s.io/node": "fake"} if fake else {},
        },
        "status": {
            "addresses": [
                {"type": "Hostname", "address": name},
                {"type": "InternalIP", "address": address},
                {"type": "ExternalIP", "address": "198.51.100.1"},
            ],
            "daemonEndpoints": {"kubeletEndpoint": {"Port": port}},
        },
    }


def found(*nodes: Object, **stated: Any) -> Finding:
    kubelets = KubeletSettings(**{"cidrs": ["192.0.2.64/26", "2001:db8::/64"], **stated})
    (finding,) = check_kubelets(kubelets, list(nodes), wanted=True)
    return finding


def test_ranges_that_hold_every_node_are_right() -> None:
    said = found(node("a"), node("b", "2001:db8::1"))
    assert said.verdict is Verdict.OK
    assert "a at 192.0.2.70, port 10250; b at 2001:db8::1, port 10250" in said.seen


@pytest.mark.parametrize(
    ("stray", "seen"),
    [
        (node("b", "192.0.2.1"), "not covered: b at 192.0.2.1, port 10250"),
        (node("b", "198.51.100.1"), "not covered: b at 198.51.100.1, port 10250"),
        (node("b", port=10260), "not covered: b at 192.0.2.70, port 10260"),
        ({"metadata": {"name": "b"}}, "not covered: b at no internal address, port None"),
    ],
)
def test_a_node_that_no_rule_lets_prometheus_reach_is_named(stray: Object, seen: str) -> None:
    said = found(node("a"), stray)
    assert (said.verdict, said.subject) == (Verdict.DIFFERS, "monitoring.kubelets.cidrs")
    assert said.seen == seen
    assert "10250" in said.way_out


def test_only_nodes_of_the_selector_have_to_be_covered() -> None:
    stray = node("b", "198.51.100.9")
    assert found(node("a", role="gpu"), stray, node_selector={"role": "gpu"}).verdict is Verdict.OK


def test_a_selector_that_no_node_has_is_told() -> None:
    said = found(node("a"), node_selector={"role": "gpu"})
    assert (said.verdict, said.subject) == (Verdict.MISSING, "monitoring.kubelets.node_selector")


def test_simulated_nodes_among_those_that_are_asked_are_told() -> None:
    said = found(node("a"), node("b", fake=True))
    assert (said.verdict, said.subject) == (Verdict.DIFFERS, "monitoring.kubelets.node_selector")
    assert "SIMULATED" in said.seen
    assert said.seen.endswith(": b")


def test_where_none_are_stated_the_nodes_are_shown_and_what_is_missed() -> None:
    (said,) = check_kubelets(None, [node("a"), node("b", fake=True)], wanted=True)
    assert said.verdict is Verdict.OK
    assert said.seen.startswith("not stated, so nobody is told that a volume gets full; ")
    assert said.seen.endswith("; they are a at 192.0.2.70, port 10250")
    (said,) = check_kubelets(None, [node("b", fake=True)], wanted=True)
    assert said.seen.endswith("no node is real")


def test_without_monitoring_of_ours_nobody_asks() -> None:
    assert check_kubelets(None, [node("a")], wanted=False) == []


@pytest.mark.parametrize("nodes", [[node("a")], Unread(why="forbidden")])
def test_kubelets_that_are_not_understood_are_told_once(nodes: list[Object] | Unread) -> None:
    fault = unknown("monitoring.kubelets", "not understood: cidrs: required", "mend it")
    assert check_kubelets(fault, nodes, wanted=True) == [fault]


def test_nodes_that_may_not_be_read_stay_unknown() -> None:
    (said,) = check_kubelets(None, Unread(why="forbidden"), wanted=True)
    assert said.verdict is Verdict.UNKNOWN
