"""The node is hurt in all ways that happen to nodes, and is the same node afterwards."""

import urllib.request
from collections.abc import Iterator
from http import HTTPStatus

import psutil
import pytest
from hoheit_lab import lab as hoheit_lab
from hoheit_lab import node
from hoheit_lab.node import tree
from hoheit_lab.node.layout import NodeLayout
from node.conftest import RealLab
from node.pods import claim, pod, wait_ready
from support.waiting import until

NAMESPACE = "drills"
WRITER = "while true; do cat /proc/uptime >> /data/log; /busybox sync; sleep 0.2; done"

pytestmark = pytest.mark.xdist_group("real-node")


@pytest.fixture(scope="module")
def lab(real_lab: RealLab) -> Iterator[RealLab]:
    """The lab with a pod that a Deployment keeps and that writes to a volume."""
    template = pod("writer", real_lab.tools, WRITER, volumes={"/data": "log"})
    deployment = {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": "writer", "namespace": NAMESPACE},
        "spec": {
            "strategy": {"type": "Recreate"},
            "selector": {"matchLabels": {"app": "writer"}},
            "template": {"metadata": template["metadata"], "spec": template["spec"]},
        },
    }
    kept = claim("log")
    kept["metadata"]["namespace"] = NAMESPACE
    real_lab.kubectl("create", "namespace", NAMESPACE)
    real_lab.apply(kept, deployment)
    real_lab.kubectl("rollout", "status", "deployment/writer", "-n", NAMESPACE, "--timeout=60s")
    yield real_lab
    real_lab.kubectl("delete", "namespace", NAMESPACE, "--timeout=60s")


def writer(lab: RealLab) -> dict:
    (found,) = lab.kubectl("get", "pods", "-n", NAMESPACE, "-o", "json")["items"]
    return found


def restarts(lab: RealLab) -> int:
    return writer(lab)["status"]["containerStatuses"][0]["restartCount"]


def lines(lab: RealLab) -> int:
    counted = lab.run(
        *("kubectl", "exec", "deployment/writer", "-n", NAMESPACE, "--"),
        *("/busybox", "wc", "-l", "/data/log"),
        check=False,
    )
    return int(counted.stdout.split()[0]) if counted.returncode == 0 else 0


@pytest.mark.parametrize("victim", sorted(node.SERVICES - {"containerd"}))
def test_a_program_of_the_node_that_dies_is_started_again_and_no_pod_notices(
    victim: str, lab: RealLab
) -> None:
    before = restarts(lab)
    killed = node.processes(lab.state)[victim]
    killed.kill()
    until(lambda: node.processes(lab.state).get(victim, killed).pid != killed.pid)
    written = lines_after_a_while(lab)
    until(lambda: lines(lab) > written)
    assert restarts(lab) == before


def lines_after_a_while(lab: RealLab) -> int:
    until(lambda: lines(lab) > 0)
    return lines(lab)


def test_containers_run_on_while_containerd_is_started_again(lab: RealLab) -> None:
    before = restarts(lab)
    killed = node.processes(lab.state)["containerd"]
    killed.kill()
    until(lambda: node.processes(lab.state).get("containerd", killed).pid != killed.pid)
    written = lines_after_a_while(lab)
    until(lambda: lines(lab) > written)
    assert restarts(lab) == before


def test_a_proxy_on_the_host_that_died_comes_back_with_the_next_up(lab: RealLab) -> None:
    proxy = tree.host_proxy(NodeLayout(lab.state))
    assert proxy is not None
    proxy.kill()
    proxy.wait(10)
    assert not node.is_running(lab.state)
    assert hoheit_lab.up(lab.state).node
    written = lines_after_a_while(lab)
    until(lambda: lines(lab) > written)


def test_after_a_power_cut_the_node_comes_back_with_images_volumes_and_pods(
    lab: RealLab,
) -> None:
    written, before = lines_after_a_while(lab), restarts(lab)
    inside = tree.inside(NodeLayout(lab.state))
    node.power_cut(lab.state)
    assert not any(psutil.pid_exists(process.pid) for process in inside)
    assert not node.is_running(lab.state)
    assert hoheit_lab.status(lab.state).node is False
    hoheit_lab.up(lab.state)
    until(lambda: restarts(lab) > before)
    wait_ready(lab, writer(lab)["metadata"]["name"], NAMESPACE)
    assert lines(lab) >= written
    assert registry_has(lab, lab.tools)


def registry_has(lab: RealLab, reference: str) -> bool:
    """Ask the registry, which pods ask only for what their node does not have yet."""
    name, _, digest = reference.partition("/")[2].partition("@")
    url = f"http://127.0.0.1:{node.registry_port(lab.state)}/v2/{name}/manifests/{digest}"
    accept = {"Accept": "application/vnd.oci.image.manifest.v1+json"}
    with urllib.request.urlopen(urllib.request.Request(url, headers=accept)) as answer:
        return answer.status == HTTPStatus.OK


def test_a_node_whose_parent_on_the_host_is_killed_is_gone_whole(lab: RealLab) -> None:
    layout = NodeLayout(lab.state)
    inside = tree.inside(layout)
    parent = inside[0].parent()
    assert parent is not None
    assert parent.name() == "unshare"
    parent.kill()
    until(lambda: not any(psutil.pid_exists(process.pid) for process in inside))
    hoheit_lab.up(lab.state)
    assert node.is_running(lab.state)
