"""CoreDNS of the real node: what it may do, and what it answers."""

import itertools
from typing import Any

import pytest
from hoheit_lab.node.addresses import CLUSTER_DNS
from hoheit_lab.node.dns import COREFILE, dns_objects
from support.pod_security import violations

Object = dict[str, Any]
IMAGE = f"registry.lab.internal/hoheit/coredns@sha256:{'0' * 64}"


def only(kind: str) -> Object:
    (found,) = [body for body in dns_objects(IMAGE).values() if body["kind"] == kind]
    return found


@pytest.fixture
def pod() -> Object:
    return only("Deployment")["spec"]["template"]


def test_every_object_lies_at_the_path_that_it_names() -> None:
    for path, body in dns_objects(IMAGE).items():
        assert path.endswith(f"/{body['kind'].lower()}s/{body['metadata']['name']}")
        namespace = body["metadata"].get("namespace")
        assert (f"/namespaces/{namespace}/" in path) == (namespace is not None)
        assert path.startswith(("/api/", "/apis/"))
        assert f"/{body['apiVersion']}/" in path


def test_coredns_runs_restricted(pod: Object) -> None:
    assert violations(pod["spec"]) == []
    (container,) = pod["spec"]["containers"]
    assert container["securityContext"]["readOnlyRootFilesystem"] is True


def test_coredns_reads_services_and_nothing_that_holds_a_secret() -> None:
    allowed = {
        (resource, verb)
        for rule in only("ClusterRole")["rules"]
        for resource, verb in itertools.product(rule["resources"], rule["verbs"])
    }
    resources = ("endpointslices", "namespaces", "services")
    assert allowed == set(itertools.product(resources, ("list", "watch")))


def test_the_role_belongs_to_the_account_of_the_pod(pod: Object) -> None:
    binding, account = only("ClusterRoleBinding"), only("ServiceAccount")
    assert binding["roleRef"]["name"] == only("ClusterRole")["metadata"]["name"]
    assert binding["subjects"] == [
        {"kind": "ServiceAccount", "name": "coredns", "namespace": "kube-system"}
    ]
    assert account["metadata"]["name"] == pod["spec"]["serviceAccountName"] == "coredns"


def test_names_are_asked_for_at_the_address_that_the_kubelet_tells_pods(pod: Object) -> None:
    service = only("Service")["spec"]
    assert service["clusterIP"] == CLUSTER_DNS
    assert service["selector"].items() <= pod["metadata"]["labels"].items()
    ports = {port["name"]: port for port in pod["spec"]["containers"][0]["ports"]}
    for port in service["ports"]:
        target = ports[port["targetPort"]]
        assert (target["containerPort"], target["protocol"]) == (port["port"], port["protocol"])


def test_a_changed_corefile_is_a_changed_pod(monkeypatch: pytest.MonkeyPatch) -> None:
    before = only("Deployment")
    monkeypatch.setattr("hoheit_lab.node.dns.COREFILE", COREFILE + "\n")
    assert only("Deployment")["spec"]["template"] != before["spec"]["template"]


def test_coredns_asks_nobody_outside() -> None:
    directives = {line.split()[0] for line in COREFILE.splitlines() if line.split()}
    assert not directives & {"forward", "proxy", "grpc", "unbound", "secondary", "transfer"}
