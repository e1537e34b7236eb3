"""A pod on the real node is what a pod on any cluster is."""

import socket
import ssl
import subprocess
from collections.abc import Iterator

import psutil
import pytest
from hoheit_lab import node
from hoheit_lab.cluster.layout import Layout
from hoheit_lab.cluster.ports import load_ports
from node.conftest import RealLab
from node.pods import claim, output, pod, wait_ready
from support.waiting import until

NAMESPACE = "pods"

pytestmark = pytest.mark.xdist_group("real-node")


@pytest.fixture(scope="module")
def lab(real_lab: RealLab) -> Iterator[RealLab]:
    """The lab with a namespace under the restricted profile, and a server in it."""
    real_lab.apply(
        {
            "apiVersion": "v1",
            "kind": "Namespace",
            "metadata": {
                "name": NAMESPACE,
                "labels": {"pod-security.kubernetes.io/enforce": "restricted"},
            },
        }
    )
    serve = "while true; do echo 'from the server' | /busybox nc -l -p 8080; done"
    server = pod("server", real_lab.tools, f"echo started; {serve}")
    service = {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": "server", "namespace": NAMESPACE},
        "spec": {"selector": {"app": "server"}, "ports": [{"port": 80, "targetPort": 8080}]},
    }
    create(real_lab, server, service)
    wait_ready(real_lab, "server", NAMESPACE)
    yield real_lab
    real_lab.kubectl("delete", "namespace", NAMESPACE, "--timeout=60s")


def create(lab: RealLab, *objects: dict) -> None:
    for each in objects:
        each["metadata"]["namespace"] = NAMESPACE
    lab.apply(*objects)


def say(lab: RealLab, name: str, script: str, **spec: object) -> str:
    create(lab, pod(name, lab.tools, script, restartPolicy="Never", **spec))
    return output(lab, name, NAMESPACE)


def test_the_node_is_ready_and_says_that_it_is_real(lab: RealLab) -> None:
    found = lab.kubectl("get", "node", node.NODE_NAME, "-o", "json")
    assert found["metadata"]["labels"]["hoheit-lab/node"] == "real"
    assert found["status"]["nodeInfo"]["containerRuntimeVersion"].startswith("containerd://")


def test_pods_that_name_no_node_are_sent_to_the_real_one(lab: RealLab) -> None:
    nodes = lab.kubectl("get", "nodes", "-l", "hoheit-lab/node=simulated", "-o", "json")["items"]
    assert nodes
    assert all(each["spec"]["taints"] for each in nodes)
    server = lab.kubectl("get", "pod", "server", "-n", NAMESPACE, "-o", "json")
    assert server["spec"]["nodeName"] == node.NODE_NAME


def test_a_pod_runs_the_very_image_that_was_pushed(lab: RealLab) -> None:
    server = lab.kubectl("get", "pod", "server", "-n", NAMESPACE, "-o", "json")
    digest = lab.tools.partition("@")[2]
    assert server["status"]["containerStatuses"][0]["imageID"].endswith(digest)


def test_a_pod_is_the_user_it_is_declared_to_be_on_a_root_it_cannot_write(lab: RealLab) -> None:
    said = say(lab, "restricted", "id -u; touch /new 2>&1; cat /proc/self/status | grep CapEff")
    assert said.splitlines()[0] == "65532"
    assert "Read-only file system" in said
    assert "CapEff:\t0000000000000000" in said


def test_logs_and_exec_reach_the_container(lab: RealLab) -> None:
    assert lab.kubectl("logs", "server", "-n", NAMESPACE) == "started\n"
    said = lab.kubectl("exec", "server", "-n", NAMESPACE, "--", "/busybox", "hostname")
    assert said == "server\n"


def test_a_service_is_found_by_name_and_answers(lab: RealLab) -> None:
    for name in ("server", f"server.{NAMESPACE}.svc.cluster.local"):
        said = say(lab, f"asks-{len(name)}", f"/busybox nc {name} 80 </dev/null")
        assert said == "from the server\n"


def test_a_port_of_a_pod_can_be_forwarded_to_the_host(lab: RealLab) -> None:
    with subprocess.Popen(
        ["kubectl", "port-forward", "-n", NAMESPACE, "pod/server", ":8080"],
        env=lab.env,
        stdout=subprocess.PIPE,
        text=True,
    ) as forward:
        try:
            assert forward.stdout is not None
            port = int(forward.stdout.readline().split("127.0.0.1:")[1].split()[0])
            with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
                assert connection.recv(64) == b"from the server\n"
        finally:
            forward.kill()


def test_a_pod_reaches_the_api_server_by_its_name(lab: RealLab) -> None:
    ask = "/busybox nc -w 5 kubernetes.default.svc 443 </dev/null && echo connected"
    assert say(lab, "asks-api", ask) == "connected\n"


@pytest.mark.parametrize("name", ["kubernetes.default.svc", "10.96.0.1", "10.127.0.1"])
def test_the_api_servers_certificate_is_good_for_what_pods_call_it(lab: RealLab, name: str) -> None:
    layout = Layout(lab.state)
    context = ssl.create_default_context(cafile=layout.pki / "ca.crt")
    port = load_ports(layout.ports)["kubeApiserverPort"]
    with (
        socket.create_connection(("127.0.0.1", port), timeout=10) as connection,
        context.wrap_socket(connection, server_hostname=name) as secured,
    ):
        assert secured.version() == "TLSv1.3"


def test_a_volume_keeps_its_data_when_the_pod_is_replaced(lab: RealLab) -> None:
    create(lab, claim("kept"))
    keep = {"/data": "kept"}
    said = say(lab, "writes", "echo 42 > /data/answer && cat /data/answer", volumes=keep)
    assert said == "42\n"
    lab.kubectl("delete", "pod", "writes", "-n", NAMESPACE, "--timeout=30s")
    assert say(lab, "reads", "cat /data/answer", volumes=keep) == "42\n"


def test_a_claim_that_names_no_class_gets_a_volume_of_the_real_node(lab: RealLab) -> None:
    create(lab, claim("unnamed", storage_class=None))
    assert say(lab, "stores", "echo kept > /data/it; cat /data/it", volumes={"/data": "unnamed"})
    bound = lab.kubectl("get", "pvc", "unnamed", "-n", NAMESPACE, "-o", "json")
    assert bound["spec"]["storageClassName"] == "node"


def test_no_pod_reaches_the_host_or_what_lies_behind_it(lab: RealLab) -> None:
    with socket.create_server(("0.0.0.0", 0)) as server:  # noqa: S104 - to see that it is not reached
        port = server.getsockname()[1]
        link = next(address for address in host_addresses() if address.startswith("198.51.100."))
        server.settimeout(0.5)
        tried = say(
            lab,
            "looks-out",
            f"for host in {link} 192.0.2.1 1.1.1.1; do "
            f"/busybox timeout 3 /busybox nc -w 2 $host {port} </dev/null; echo $?; done",
        )
        assert "0" not in tried.split()
        with pytest.raises(TimeoutError):
            server.accept()


def test_the_nodes_own_programs_have_no_way_out_either(lab: RealLab) -> None:
    routes = subprocess.run(
        [*node.enter(lab.state), "ip", "route", "get", "1.1.1.1"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert routes.returncode != 0
    assert "unreachable" in routes.stderr


def test_a_pod_of_a_simulated_node_is_still_only_simulated(lab: RealLab) -> None:
    tolerant = pod(
        "simulated",
        "registry.lab.internal/no/such:image",
        "exit 1",
        nodeSelector={"hoheit-lab/node": "simulated"},
        tolerations=[{"key": "kwok.x-k8s.io/node", "operator": "Exists"}],
    )
    create(lab, tolerant)
    wait_ready(lab, "simulated", NAMESPACE)


def test_a_pod_whose_image_nobody_pushed_says_so(lab: RealLab) -> None:
    create(lab, pod("unknown", "registry.lab.internal/hoheit/unknown:1", "exit 0"))

    def reason() -> str:
        found = lab.kubectl("get", "pod", "unknown", "-n", NAMESPACE, "-o", "json")
        (status,) = found["status"].get("containerStatuses", [{"state": {}}])
        return status["state"].get("waiting", {}).get("reason", "")

    until(lambda: reason() in ("ErrImagePull", "ImagePullBackOff"))


def host_addresses() -> list[str]:
    return [address.address for each in psutil.net_if_addrs().values() for address in each]
