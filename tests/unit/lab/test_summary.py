from typing import Any

from hoheit_lab.summary import placement


def node(name: str, *, simulated: bool, **resources: str) -> dict[str, Any]:
    annotations = {"kwok.x-k8s.io/node": "fake"} if simulated else {}
    labels = {"hoheit-lab/node": "simulated" if simulated else "real"}
    return {
        "metadata": {"name": name, "annotations": annotations, "labels": labels},
        "status": {"allocatable": {"cpu": "4", "memory": "15Gi", "pods": "58", **resources}},
    }


def pod(name: str, node_name: str | None, phase: str, *ready: bool) -> dict[str, Any]:
    statuses = [{"ready": value} for value in ready]
    return {
        "metadata": {"namespace": "shop", "name": name},
        "spec": {"containers": [{}, {}], **({"nodeName": node_name} if node_name else {})},
        "status": {"phase": phase, **({"containerStatuses": statuses} if statuses else {})},
    }


def test_pods_stand_under_their_node_and_simulated_nodes_say_so() -> None:
    nodes = [
        node("gpu-0", simulated=True, **{"nvidia.com/gpu": "1"}),
        node("real", simulated=False),
    ]
    pods = [
        pod("llm", "gpu-0", "Running", True, False),
        pod("db", "real", "Running", True, True),
        pod("done", "real", "Succeeded", False, False),
        pod("waits", None, "Pending"),
    ]
    assert placement(nodes, pods) == [
        "What runs where",
        "  gpu-0: SIMULATED, 4 cpu, 15Gi memory, 1 nvidia.com/gpu",
        "    shop/llm: Running, 1 of 2 containers ready (SIMULATED)",
        "  real: REAL, 4 cpu, 15Gi memory",
        "    shop/db: Running, 2 of 2 containers ready",
        "    shop/done: Succeeded",
        "  not scheduled",
        "    shop/waits: Pending, 0 of 2 containers ready",
        "  SIMULATED: scheduled and reported by a real control plane; no container runs",
    ]


def test_nothing_is_called_simulated_where_nothing_is() -> None:
    assert "SIMULATED" not in "\n".join(placement([node("real", simulated=False)], []))


def test_a_native_sidecar_counts_among_the_containers_of_its_pod() -> None:
    served = pod("llm", "real", "Running", True)
    served["spec"]["initContainers"] = [
        {"name": "fetch"},
        {"name": "proxy", "restartPolicy": "Always"},
    ]
    served["status"]["initContainerStatuses"] = [
        {"name": "fetch", "ready": True},
        {"name": "proxy", "ready": False},
    ]
    lines = placement([node("real", simulated=False)], [served])
    count = len(served["spec"]["containers"]) + 1
    assert f"    shop/llm: Running, 1 of {count} containers ready" in lines


def test_a_container_that_cannot_start_says_why_and_one_that_only_just_starts_does_not() -> None:
    broken = pod("llm", "real", "Pending", False, False)
    broken["status"]["containerStatuses"][0]["state"] = {"waiting": {"reason": "ErrImagePull"}}
    broken["status"]["containerStatuses"][1]["state"] = {"waiting": {"reason": "PodInitializing"}}
    lines = placement([node("real", simulated=False)], [broken])
    assert "    shop/llm: Pending, 0 of 2 containers ready, ErrImagePull" in lines


def test_a_node_that_somebody_else_runs_is_called_neither_real_nor_simulated() -> None:
    foreign = node("theirs", simulated=False)
    foreign["metadata"]["labels"] = {}
    assert "  theirs: 4 cpu, 15Gi memory" in placement([foreign], [])
