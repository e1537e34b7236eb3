"""The nodes of a pool against what is stated of them."""

from typing import Any

import pytest
from hoheit import Capabilities
from hoheit._labels import object_labels
from hoheit_cli.checks.nodes import check_pool, check_simulation
from hoheit_cli.finding import Finding, Unread, Verdict
from hoheit_infra import CpuNodes
from support.samples import labelled_nodes, simulated_nodes

Object = dict[str, Any]
TAINT = {"key": "nvidia.com/gpu", "value": "present", "effect": "NoSchedule"}
LABEL = {"node.example.internal/pool": "l4"}


def node(name: str, **changes: Any) -> Object:
    allocatable = {
        "cpu": "4",
        "memory": "14000Mi",
        "ephemeral-storage": "100Gi",
        "nvidia.com/gpu": "1",
        **changes.get("allocatable", {}),
    }
    ready = {"type": "Ready", "status": changes.get("ready", "True")}
    return {
        "metadata": {
            "name": name,
            "labels": {**LABEL, "nvidia.com/gpu.memory": "23034", **changes.get("labels", {})},
            "annotations": changes.get("annotations", {}),
        },
        "spec": {"taints": [TAINT], **changes.get("spec", {})},
        "status": {"allocatable": allocatable, "conditions": [ready]},
    }


def pod(on: str, owner: str = "DaemonSet", **requests: str) -> Object:
    return {
        "metadata": {"name": "agent", "ownerReferences": [{"kind": owner}]},
        "spec": {"nodeName": on, "containers": [{"resources": {"requests": requests}}]},
    }


def checked(
    stated: Any, nodes: list[Object], pods: list[Object] | None = None
) -> dict[str, Finding]:
    found = check_pool("l4", stated, nodes, pods or [])
    return {one.subject.removeprefix("pools.l4").lstrip(".: "): one for one in found}


def verdicts(found: dict[str, Finding]) -> dict[str, Verdict]:
    return {subject: one.verdict for subject, one in found.items() if one.verdict != Verdict.OK}


def test_nodes_that_are_as_stated_are_fine_in_every_point() -> None:
    found = checked(labelled_nodes(), [node("a"), node("b")])
    assert verdicts(found) == {}
    assert set(found) == {
        *("nodes", "taint nvidia.com/gpu", "gpus_per_node", "gpu"),
        *("cpu_millicores", "memory_mib", "disk_gib"),
    }


def test_a_pool_without_nodes_is_missing_and_told_the_label() -> None:
    other = node("a", labels={"node.example.internal/pool": "other"})
    (found,) = checked(labelled_nodes(), [other]).values()
    assert found.verdict is Verdict.MISSING
    assert found.way_out.endswith("kubectl label node NODE node.example.internal/pool=l4")


def test_too_few_nodes_differ_and_more_do_not() -> None:
    assert verdicts(checked(labelled_nodes(nodes=2), [node("a")])) == {"nodes": Verdict.DIFFERS}
    assert verdicts(checked(labelled_nodes(nodes=1), [node("a"), node("b")])) == {}


@pytest.mark.parametrize(
    ("closed", "why"),
    [
        ({"spec": {"unschedulable": True}}, "cordoned"),
        ({"ready": "False"}, "not ready"),
        ({"ready": "Unknown"}, "not ready"),
        (
            {"spec": {"taints": [TAINT, {"key": "team", "effect": "NoSchedule"}]}},
            "taint team:NoSchedule",
        ),
        (
            {"spec": {"taints": [TAINT, {"key": "nvidia.com/gpu", "effect": "NoExecute"}]}},
            "taint nvidia.com/gpu:NoExecute",
        ),
    ],
)
def test_nodes_that_take_no_pod_do_not_count(closed: dict[str, Any], why: str) -> None:
    found = checked(labelled_nodes(), [node("a"), node("b", **closed)])
    assert verdicts(found) == {"nodes": Verdict.DIFFERS}
    assert found["nodes"].seen == f"2 stated; 1 take pods; not b ({why})"


def test_a_taint_that_only_prefers_keeps_no_pod_away() -> None:
    soft = {"taints": [TAINT, {"key": "team", "effect": "PreferNoSchedule"}]}
    assert verdicts(checked(labelled_nodes(), [node("a"), node("b", spec=soft)])) == {}


def test_a_node_without_the_taint_is_named_with_the_command() -> None:
    found = checked(labelled_nodes(), [node("a"), node("b", spec={"taints": None})])
    assert verdicts(found) == {"taint nvidia.com/gpu": Verdict.MISSING}
    assert found["taint nvidia.com/gpu"].way_out == (
        "kubectl taint node b nvidia.com/gpu=present:NoSchedule"
    )


@pytest.mark.parametrize(
    ("offered", "verdict"), [("0", Verdict.MISSING), ("1", Verdict.DIFFERS), ("2", None)]
)
def test_the_node_with_the_fewest_gpus_counts(offered: str, verdict: Verdict | None) -> None:
    nodes = [
        node("a", allocatable={"nvidia.com/gpu": "2"}),
        node("b", allocatable={"nvidia.com/gpu": offered}),
    ]
    found = checked(labelled_nodes(gpus_per_node=2), nodes)
    assert verdicts(found) == ({"gpus_per_node": verdict} if verdict else {})


@pytest.mark.parametrize(
    ("field", "resource", "amount", "left"),
    [
        ("cpu_millicores", "cpu", "3900m", 3900),
        ("memory_mib", "memory", "14335999Ki", 13999),
        ("disk_gib", "ephemeral-storage", "107374182399", 99),
    ],
)
def test_a_node_that_is_smaller_than_stated_differs_and_its_size_is_told(
    field: str, resource: str, amount: str, left: int
) -> None:
    found = checked(labelled_nodes(), [node("a"), node("b", allocatable={resource: amount})])
    assert verdicts(found) == {field: Verdict.DIFFERS}
    assert found[field].way_out == f"state {left}"
    assert "b has" in found[field].seen


def test_what_daemon_sets_ask_for_on_the_node_is_taken_off_and_nothing_else() -> None:
    agents = [pod("a", cpu="100m", memory="64Mi"), pod("a", cpu="150m"), pod("c", cpu="2")]
    others = [pod("a", owner="ReplicaSet", cpu="1"), {"metadata": {}, "spec": {"containers": []}}]
    found = checked(labelled_nodes(), [node("a"), node("b")], agents + others)
    assert verdicts(found) == {"cpu_millicores": Verdict.DIFFERS, "memory_mib": Verdict.DIFFERS}
    assert found["cpu_millicores"].way_out == "state 3750"
    assert found["memory_mib"].way_out == "state 13936"


def test_what_daemon_sets_of_hoheit_ask_for_is_not_taken_off() -> None:
    own, other = pod("a", cpu="100m", memory="128Mi"), pod("a", cpu="50m")
    own["metadata"]["labels"] = object_labels("dcgm-exporter", "monitoring")
    assert verdicts(checked(labelled_nodes(), [node("a"), node("b")], [own])) == {}
    other["metadata"]["labels"] = {"app.kubernetes.io/part-of": "shop"}
    found = checked(labelled_nodes(), [node("a"), node("b")], [own, other])
    assert found["cpu_millicores"].way_out == "state 3950"


@pytest.mark.parametrize(
    ("memory", "verdict"), [("23034", None), ("46068", Verdict.DIFFERS), ("15360", Verdict.DIFFERS)]
)
def test_another_gpu_is_recognised_by_its_memory(memory: str, verdict: Verdict | None) -> None:
    labels = {"nvidia.com/gpu.memory": memory, "nvidia.com/gpu.product": "NVIDIA-X"}
    found = checked(labelled_nodes(), [node("a"), node("b", labels=labels)])
    assert verdicts(found) == ({"gpu": verdict} if verdict else {})
    if verdict:
        assert f"b has NVIDIA-X of {memory} MiB" in found["gpu"].seen


def test_a_gpu_that_no_label_describes_is_unknown() -> None:
    bare = node("b")
    del bare["metadata"]["labels"]["nvidia.com/gpu.memory"]
    assert verdicts(checked(labelled_nodes(), [node("a"), bare])) == {"gpu": Verdict.UNKNOWN}


def test_simulated_nodes_that_are_not_there_yet_are_made_later() -> None:
    (found,) = checked(simulated_nodes(), [node("a")]).values()
    assert (found.verdict, found.seen) == (Verdict.OK, "no node yet; `pulumi up` makes them")


def test_simulated_nodes_that_are_there_are_compared_but_for_their_gpu() -> None:
    own = {"hoheit/pool": "l4"}
    found = checked(simulated_nodes(), [node("l4-0", labels=own), node("b")])
    assert verdicts(found) == {"nodes": Verdict.DIFFERS}
    assert "gpu" not in found


def test_nodes_without_gpu_need_no_taint_and_no_gpu() -> None:
    stated = CpuNodes(
        node_selector=LABEL, cpu_millicores=4000, memory_mib=14000, disk_gib=100, nodes=1
    )
    bare = node("a", spec={"taints": []}, allocatable={"nvidia.com/gpu": "0"})
    found = checked(stated, [bare])
    assert verdicts(found) == {}
    assert set(found) == {"nodes", "cpu_millicores", "memory_mib", "disk_gib"}


def test_closed_nodes_do_not_make_a_pool_smaller() -> None:
    small = node("b", spec={"unschedulable": True}, allocatable={"cpu": "1"})
    assert verdicts(checked(labelled_nodes(nodes=1), [node("a"), small])) == {}


def test_what_may_not_be_read_is_unknown() -> None:
    unread = Unread(why="forbidden")
    (found,) = check_pool("l4", labelled_nodes(), unread, [])
    assert (found.subject, found.verdict) == ("pools.l4", Verdict.UNKNOWN)
    found = check_pool("l4", labelled_nodes(), [node("a"), node("b")], unread)[-1]
    assert (found.subject, found.verdict) == (
        "pools.l4: room that DaemonSets leave",
        Verdict.UNKNOWN,
    )
    (found,) = check_simulation(Capabilities(), unread)
    assert found.verdict is Verdict.UNKNOWN


@pytest.mark.parametrize(
    ("stated", "fake", "verdict"),
    [
        (True, True, Verdict.OK),
        (False, False, Verdict.OK),
        (True, False, Verdict.DIFFERS),
        (False, True, Verdict.DIFFERS),
    ],
)
def test_simulated_is_stated_where_nodes_are(stated: bool, fake: bool, verdict: Verdict) -> None:
    annotations = {"kwok.x-k8s.io/node": "fake"} if fake else {}
    nodes = [node("real"), node("b", annotations=annotations)]
    (found,) = check_simulation(Capabilities(simulated=stated), nodes)
    assert found.verdict is verdict
