"""What is simulated behaves as its real counterpart would, and follows the annotations."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from support.lab import Lab
from support.waiting import until

Object = dict[str, Any]


@pytest.fixture
def namespace(lab: Lab, request: pytest.FixtureRequest) -> Iterator[str]:
    name = f"sim-{abs(hash(request.node.name)) % 10**8}"
    lab.kubectl("create", "namespace", name)
    yield name
    lab.kubectl("delete", "namespace", name, "--wait=false")  # takes the controller 5 s or more


def meta(name: str, namespace: str = "", **annotations: str) -> Object:
    named = {f"hoheit-lab/{key.replace('_', '-')}": value for key, value in annotations.items()}
    return {"name": name, "annotations": named} | ({"namespace": namespace} if namespace else {})


def pod(name: str, namespace: str, restart: str = "Always", **annotations: str) -> Object:
    spec = {"restartPolicy": restart, "containers": [{"name": "main", "image": "none"}]}
    metadata = meta(name, namespace, **annotations)
    return {"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": spec}


def job(name: str, namespace: str, **annotations: str) -> Object:
    sidecar = {"name": "sidecar", "image": "none", "restartPolicy": "Always"}
    template = {
        "metadata": meta("", **annotations) | {"name": None},
        "spec": {
            "restartPolicy": "Never",
            "initContainers": [{"name": "init", "image": "none"}, sidecar],
            "containers": [{"name": "main", "image": "none"}],
        },
    }
    spec = {"backoffLimit": 0, "template": template}
    metadata = {"name": name, "namespace": namespace}
    return {"apiVersion": "batch/v1", "kind": "Job", "metadata": metadata, "spec": spec}


def claim(name: str, namespace: str, size: str) -> Object:
    spec = {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": size}}}
    metadata = {"name": name, "namespace": namespace}
    return {
        "apiVersion": "v1",
        "kind": "PersistentVolumeClaim",
        "metadata": metadata,
        "spec": spec,
    }


def node(name: str, capacity: dict[str, str], **more: str) -> Object:
    annotations = {"hoheit-lab/capacity": json.dumps(capacity), **more}
    metadata = {"name": name, "labels": {"type": "kwok"}, "annotations": annotations}
    return {"apiVersion": "v1", "kind": "Node", "metadata": metadata}


def is_ready(lab: Lab, namespace: str, name: str) -> bool:
    found = lab.kubectl("get", "pod", name, "-n", namespace, "-o", "json")["status"]
    conditions = {c["type"]: c["status"] for c in found.get("conditions", [])}
    containers = [c["ready"] for c in found.get("containerStatuses", [])]
    agree = {conditions.get("Ready"), conditions.get("ContainersReady")}
    assert len(agree) == 1
    assert set(containers) <= {conditions.get("Ready") == "True"}
    return conditions.get("Ready") == "True"


def test_a_pod_becomes_ready_on_a_node_and_gets_an_address(lab: Lab, namespace: str) -> None:
    lab.apply(pod("plain", namespace))
    lab.kubectl("wait", "-n", namespace, "--for=condition=Ready", "pod/plain", "--timeout=20s")
    found = lab.kubectl("get", "pod", "plain", "-n", namespace, "-o", "json")
    assert found["spec"]["nodeName"].startswith("lab-node-")
    assert found["status"]["podIP"].startswith("10.128.")
    assert found["status"]["containerStatuses"][0]["containerID"].startswith("simulated://")


def test_readiness_follows_its_annotation_both_ways(lab: Lab, namespace: str) -> None:
    lab.apply(pod("sick", namespace, ready="false"))
    phase = "jsonpath={.status.phase}=Running"
    lab.kubectl("wait", "-n", namespace, f"--for={phase}", "pod/sick", "--timeout=20s")
    assert not is_ready(lab, namespace, "sick")
    lab.kubectl("annotate", "-n", namespace, "pod/sick", "hoheit-lab/ready-")
    until(lambda: is_ready(lab, namespace, "sick"))
    lab.kubectl("annotate", "-n", namespace, "pod/sick", "hoheit-lab/ready=false")
    until(lambda: not is_ready(lab, namespace, "sick"))


def test_a_job_completes_and_its_sidecar_ends_with_it(lab: Lab, namespace: str) -> None:
    lab.apply(job("fine", namespace))
    lab.kubectl("wait", "-n", namespace, "--for=condition=Complete", "job/fine", "--timeout=30s")
    found = lab.kubectl("get", "pods", "-n", namespace, "-o", "json")["items"][0]["status"]
    assert found["phase"] == "Succeeded"
    states = [c["state"] for c in found["initContainerStatuses"] + found["containerStatuses"]]
    assert [state["terminated"]["exitCode"] for state in states] == [0, 0, 0]


def test_a_job_fails_with_the_exit_code_of_its_annotation(lab: Lab, namespace: str) -> None:
    lab.apply(job("broken", namespace, exit_code="3"))
    lab.kubectl("wait", "-n", namespace, "--for=condition=Failed", "job/broken", "--timeout=30s")
    found = lab.kubectl("get", "pods", "-n", namespace, "-o", "json")["items"][0]["status"]
    assert found["containerStatuses"][0]["state"]["terminated"]["exitCode"] == 3


def test_a_sidecar_keeps_running_beside_its_pod(lab: Lab, namespace: str) -> None:
    both = pod("both", namespace)
    both["spec"]["initContainers"] = [
        {"name": "init", "image": "none"},
        {"name": "sidecar", "image": "none", "restartPolicy": "Always"},
    ]
    lab.apply(both)
    lab.kubectl("wait", "-n", namespace, "--for=condition=Ready", "pod/both", "--timeout=20s")
    found = lab.kubectl("get", "pod", "both", "-n", namespace, "-o", "json")["status"]
    states = {c["name"]: set(c["state"]) for c in found["initContainerStatuses"]}
    assert states == {"init": {"terminated"}, "sidecar": {"running"}}


def test_start_and_run_take_the_time_of_their_annotations(lab: Lab, namespace: str) -> None:
    lab.apply(pod("slow", namespace, "Never", start_delay="2s", run_time="2s", exit_code="0"))
    seen: list[str] = []

    def ended() -> bool:
        found = lab.kubectl("get", "pod", "slow", "-n", namespace, "-o", "json")["status"]
        if found["phase"] not in seen:
            seen.append(found["phase"])
        return found["phase"] == "Succeeded"

    until(ended)
    assert seen == ["Pending", "Running", "Succeeded"]


def test_a_claim_binds_grows_and_its_volume_goes_with_it(lab: Lab, namespace: str) -> None:
    lab.apply(claim("data", namespace, "1Gi"))
    bound = "jsonpath={.status.phase}=Bound"
    lab.kubectl("wait", "-n", namespace, f"--for={bound}", "pvc/data", "--timeout=20s")
    volume = lab.kubectl("get", "pvc", "data", "-n", namespace, "-o", "json")["spec"]["volumeName"]
    lab.apply(claim("data", namespace, "2Gi"))
    grown = "jsonpath={.status.capacity.storage}=2Gi"
    lab.kubectl("wait", "-n", namespace, f"--for={grown}", "pvc/data", "--timeout=20s")
    assert lab.kubectl("get", "pv", volume, "-o", "json")["spec"]["capacity"]["storage"] == "2Gi"
    lab.kubectl("delete", "pvc", "data", "-n", namespace, "--timeout=20s")
    lab.kubectl("wait", "--for=delete", f"pv/{volume}", "--timeout=20s")


def test_load_balancers_and_ingresses_get_addresses_that_reach_nobody(
    lab: Lab, namespace: str
) -> None:
    def service(name: str) -> Object:
        spec = {"type": "LoadBalancer", "ports": [{"port": 80}], "selector": {"app": name}}
        metadata = {"name": name, "namespace": namespace}
        return {"apiVersion": "v1", "kind": "Service", "metadata": metadata, "spec": spec}

    backend = {"service": {"name": "one", "port": {"number": 80}}}
    ingress = {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "Ingress",
        "metadata": {"name": "web", "namespace": namespace},
        "spec": {"defaultBackend": backend},
    }
    lab.apply(service("one"), service("two"), ingress)
    addresses = []
    for what in ("service/one", "service/two", "ingress/web"):
        path = "jsonpath={.status.loadBalancer.ingress[0].ip}"
        lab.kubectl("wait", "-n", namespace, f"--for={path}", what, "--timeout=20s")
        addresses.append(lab.kubectl("get", what, "-n", namespace, "-o", path))
    assert len(set(addresses)) == 3
    assert all(address.startswith(("198.18.", "198.19.")) for address in addresses)


def test_a_node_has_the_capacity_of_its_annotation_and_follows_it(lab: Lab) -> None:
    fake = {"kwok.x-k8s.io/node": "fake"}
    lab.apply(node("sized", {"cpu": "8", "nvidia.com/gpu": "2", "pods": "10"}, **fake))
    try:
        lab.kubectl("wait", "--for=condition=Ready", "node/sized", "--timeout=20s")
        found = lab.kubectl("get", "node", "sized", "-o", "json")["status"]
        assert found["capacity"] == {"cpu": "8", "nvidia.com/gpu": "2", "pods": "10"}
        assert found["allocatable"] == found["capacity"]
        lab.apply(node("sized", {"cpu": "2", "memory": "1024Mi", "pods": "10"}, **fake))
        want = {"cpu": "2", "memory": "1Gi", "pods": "10"}
        until(
            lambda: lab.kubectl("get", "node", "sized", "-o", "json")["status"]["capacity"] == want
        )
    finally:
        lab.kubectl("delete", "node", "sized")


def test_a_node_that_a_program_adds_is_labelled_as_simulated(lab: Lab) -> None:
    lab.apply(node("labelled", {"cpu": "1"}, **{"kwok.x-k8s.io/node": "fake"}))
    selected = ("get", "nodes", "-l", "hoheit-lab/node=simulated", "-o", "name")
    until(lambda: "node/labelled" in lab.kubectl(*selected).split())
    lab.kubectl("delete", "node", "labelled")


def test_a_node_without_the_mark_is_left_to_its_real_kubelet(lab: Lab) -> None:
    lab.apply(
        node("real", {"cpu": "8"}), node("fake", {"cpu": "8"}, **{"kwok.x-k8s.io/node": "fake"})
    )
    try:
        lab.kubectl("wait", "--for=condition=Ready", "node/fake", "--timeout=20s")
        assert "conditions" not in lab.kubectl("get", "node", "real", "-o", "json")["status"]
    finally:
        lab.kubectl("delete", "node", "real", "fake")


def test_the_restricted_pod_security_standard_is_enforced(lab: Lab, namespace: str) -> None:
    enforce = "pod-security.kubernetes.io/enforce=restricted"
    lab.kubectl("label", "namespace", namespace, enforce)
    refused = lab.run(
        "kubectl", "apply", "-f", "-", stdin=json.dumps(pod("root", namespace)), check=False
    )
    assert refused.returncode == 1
    assert 'violates PodSecurity "restricted' in refused.stderr
