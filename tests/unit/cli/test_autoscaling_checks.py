"""KEDA and metrics adapters: there, or not."""

from typing import Any

import pytest
from hoheit import Peer
from hoheit_cli.checks.autoscaling import check_adapter, check_keda
from hoheit_cli.finding import Unread, Verdict

KEDA = Peer(namespace="keda", pod_labels={"app": "keda-operator"})
CRDS = ["scaledobjects.keda.sh", "scaledjobs.keda.sh"]
UNREAD = Unread(why="forbidden")


def pod(namespace: str, labels: dict[str, str]) -> dict[str, Any]:
    return {"metadata": {"name": "x", "namespace": namespace, "labels": labels}}


OPERATOR = pod("keda", {"app": "keda-operator", "pod-template-hash": "1"})


def test_a_keda_with_its_resources_and_its_operator_is_there() -> None:
    found = check_keda(KEDA, CRDS, [OPERATOR])
    assert [one.verdict for one in found] == [Verdict.OK, Verdict.OK]


@pytest.mark.parametrize("crds", [[], CRDS])
def test_a_keda_that_nobody_states_is_not_missed(crds: list[str]) -> None:
    (found,) = check_keda(None, crds, [])
    assert found.verdict is Verdict.OK


def test_a_stated_keda_without_its_resources_is_missing() -> None:
    (found,) = check_keda(KEDA, CRDS[1:], [OPERATOR])
    assert found.verdict is Verdict.MISSING
    assert "scaledobjects.keda.sh" in found.seen
    assert "2.17" in found.way_out


@pytest.mark.parametrize(
    "pods", [[], [pod("elsewhere", {"app": "keda-operator"})], [pod("keda", {"app": "other"})]]
)
def test_an_operator_that_no_rule_would_let_in_is_missing(pods: list[dict[str, Any]]) -> None:
    _, found = check_keda(KEDA, CRDS, pods)
    assert found.verdict is Verdict.MISSING
    assert "app=keda-operator in namespace keda" in found.seen


@pytest.mark.parametrize(
    ("stated", "services", "verdict"),
    [
        (None, [], Verdict.OK),
        ("waiting", ["v1beta1.custom.metrics.k8s.io"], Verdict.OK),
        ("waiting", ["v1beta1.metrics.k8s.io", "v1beta1.external.metrics.k8s.io"], Verdict.MISSING),
        ("waiting", UNREAD, Verdict.UNKNOWN),
    ],
)
def test_a_stated_metric_needs_somebody_who_serves_metrics_of_pods(
    stated: str | None, services: Any, verdict: Verdict
) -> None:
    (found,) = check_adapter(stated, services)
    assert found.verdict is verdict


def test_what_may_not_be_read_is_unknown() -> None:
    assert [one.verdict for one in check_keda(KEDA, UNREAD, [])] == [Verdict.UNKNOWN]
    assert check_keda(KEDA, CRDS, UNREAD)[1].verdict is Verdict.UNKNOWN
