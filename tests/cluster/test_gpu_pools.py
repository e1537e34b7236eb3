"""The pools that the documentation shows, and what the real scheduler makes of them."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from support.documents import python_block
from support.engine import Stack, write_project
from support.lab import Lab

POOLS = ("pools-l4", "pools-mig", "pools-shared")


@pytest.fixture(scope="module")
def stack(lab: Lab, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    folder: Path = tmp_path_factory.mktemp("pools")
    program = write_project(
        folder / "pools", python_block("components/gpu-node-pool.md"), name="gpu-pools"
    )
    made = Stack(program, lab.env)
    made.up()
    yield made
    made.destroy()


@pytest.mark.usefixtures("stack")
@pytest.mark.parametrize("pool", POOLS)
def test_a_pod_comes_onto_the_nodes_of_its_own_pool(lab: Lab, pool: str) -> None:
    pod = lab.kubectl("get", "pod", f"{pool}-job", "--namespace=default", "-o", "json")
    assert pod["spec"]["nodeName"] == f"{pool}-0"
    assert pod["status"]["phase"] == "Running"


@pytest.mark.usefixtures("stack")
@pytest.mark.parametrize(
    ("pool", "resource", "offered"),
    [
        ("pools-l4", "nvidia.com/gpu", "2"),
        ("pools-mig", "nvidia.com/mig-1g.10gb", "7"),
        ("pools-shared", "nvidia.com/gpu.shared", "4"),
    ],
)
def test_a_node_offers_what_its_pool_says(lab: Lab, pool: str, resource: str, offered: str) -> None:
    node = lab.kubectl("get", "node", f"{pool}-0", "-o", "json")
    assert node["status"]["allocatable"][resource] == offered


@pytest.mark.usefixtures("stack")
def test_a_pod_without_the_placement_comes_onto_no_gpu_node(lab: Lab) -> None:
    lab.apply(
        {
            "apiVersion": "v1",
            "kind": "Pod",
            "metadata": {"name": "pools-stray", "namespace": "default"},
            "spec": {
                "nodeSelector": {"hoheit/pool": "pools-l4"},
                "containers": [{"name": "web", "image": "registry.example.internal/web:1"}],
            },
        }
    )
    waiting = "--for=condition=PodScheduled=false"
    lab.kubectl("wait", waiting, "pod/pools-stray", "--namespace=default", "--timeout=60s")
    stray = lab.kubectl("get", "pod", "pools-stray", "--namespace=default", "-o", "json")
    assert "nodeName" not in stray["spec"]
    lab.kubectl("delete", "pod", "pools-stray", "--namespace=default", "--wait=false")


def test_a_second_up_changes_nothing(stack: Stack) -> None:
    assert stack.up().changed == {}
