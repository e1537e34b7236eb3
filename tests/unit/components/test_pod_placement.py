"""Pods of one's own on GPU nodes: what leads them there, and what is refused."""

from typing import Any

import pulumi
import pytest
from hoheit._placement import GPU_TOLERATION
from hoheit._pod_placement import placed

GPU = "nvidia.com/gpu"
SELECTOR = {"hoheit/pool": "l4"}


def container(request: object = "1", limit: object = "1", name: str = GPU) -> dict[str, Any]:
    asked: dict[str, Any] = {}
    if request is not None:
        asked["requests"] = {name: request, "cpu": "1"}
    if limit is not None:
        asked["limits"] = {name: limit}
    return {"name": "job", "image": "registry.example.internal/job:1", "resources": asked}


def place(*containers: dict[str, Any], **changes: Any) -> dict[str, Any]:
    given: dict[str, Any] = {"gpu_resource": GPU, "gpus_per_node": 2}
    options = {key: changes.pop(key) for key in given if key in changes}
    pod: Any = {"containers": list(containers or (container(),)), **changes}
    found: Any = placed(pod, node_selector=SELECTOR, **{**given, **options})
    return found


def refusal(*containers: dict[str, Any], **changes: Any) -> str:
    with pytest.raises(ValueError, match=r"\w") as refused:
        place(*containers, **changes)
    return str(refused.value)


def test_a_pod_gets_the_selector_and_the_toleration_beside_its_own() -> None:
    own = {"key": "example.internal/batch", "operator": "Exists"}
    spec = place(node_selector={"zone": "a"}, tolerations=[own])
    assert spec["node_selector"] == {"zone": "a", **SELECTOR}
    assert spec["tolerations"] == [own, GPU_TOLERATION]


def test_a_spec_in_camel_case_keeps_its_case() -> None:
    spec = place(nodeSelector={"zone": "a"})
    assert spec["nodeSelector"] == {"zone": "a", **SELECTOR}
    assert "node_selector" not in spec


def test_the_given_spec_stays_as_it_was() -> None:
    pod: Any = {"containers": [container()]}
    placed(pod, node_selector=SELECTOR, gpu_resource=GPU, gpus_per_node=1)
    assert pod == {"containers": [container()]}


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        (container("0.5", "0.5"), "'0.5'; GPUs are whole"),
        (container("500m", "500m"), "'500m'; GPUs are whole"),
        (container("0", "0"), "'0'; GPUs are whole"),
        (container("1", "2"), "1 requested with a limit of 2"),
        (container("1", None), "1 requested with a limit of None"),
        (container("4", "4"), "4, but a node of the pool has 2"),
        (
            container(name="nvidia.com/mig-1g.10gb"),
            "nvidia.com/mig-1g.10gb, but the pool's nodes offer nvidia.com/gpu",
        ),
    ],
)
def test_what_a_container_cannot_ask_for_is_refused_with_its_path(
    asked: dict[str, Any], told: str
) -> None:
    text = refusal(asked)
    assert text.startswith("containers[0].resources.limits[nvidia.com/")
    assert told in text


def test_an_init_container_is_looked_at_too() -> None:
    text = refusal(container(), init_containers=[container("0.5", "0.5")])
    assert text.startswith("init_containers[0].resources.limits[nvidia.com/gpu]: '0.5'")


def test_a_limit_without_a_request_is_a_request() -> None:
    assert place(container(request=None, limit=2))


def test_a_pod_without_gpu_does_not_come_onto_gpu_nodes() -> None:
    assert refusal({"name": "web"}).startswith("containers: none asks for nvidia.com/gpu")


def test_nodes_without_gpu_take_pods_without_and_add_no_toleration() -> None:
    spec = place({"name": "web"}, gpus_per_node=0)
    assert "tolerations" not in spec
    assert "offer none" in refusal(container(), gpus_per_node=0)


@pytest.mark.parametrize("toleration", [{"key": GPU, "operator": "Exists"}, {"operator": "Exists"}])
def test_a_toleration_of_the_gpu_taint_is_not_typed_by_hand(toleration: dict[str, str]) -> None:
    assert refusal(tolerations=[toleration]).startswith("tolerations[0]: lets the pod onto")


def test_a_node_chosen_by_name_is_refused() -> None:
    assert refusal(nodeName="gpu-7").startswith("node_name: leave it out")


LATE = pulumi.Output.from_input({GPU: "1"})
"""What another resource would tell, once it is there."""


@pytest.mark.parametrize(
    ("pod", "said"),
    [
        (None, "pod: should be a mapping"),
        (LATE, "pod: is an Output"),
        ({"containers": ["x"]}, "containers[0]: should be a mapping"),
        ({"containers": {"name": "job"}}, "containers: should be a list of mappings"),
        ({"containers": LATE}, "containers: is an Output"),
        ({"containers": [container()], "node_selector": LATE}, "pod.node_selector: is an Output"),
        ({"containers": [container()], "tolerations": LATE}, "tolerations: is an Output"),
        (
            {"containers": [{"resources": {"limits": LATE}}]},
            "containers[0].resources.limits: is an Output",
        ),
        (
            {"containers": [container(request=None, limit=pulumi.Output.from_input("1"))]},
            f"containers[0].resources.limits[{GPU}]: is an Output, which is known only after",
        ),
    ],
)
def test_what_preview_cannot_read_of_a_pod_is_refused_by_its_path(pod: Any, said: str) -> None:
    with pytest.raises(ValueError, match=r"\w") as refused:
        placed(pod, node_selector=SELECTOR, gpu_resource=GPU, gpus_per_node=2)
    assert str(refused.value).startswith(said)
