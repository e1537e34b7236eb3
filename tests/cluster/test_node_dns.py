"""The objects of CoreDNS at a real API server; that it answers is shown on a real node."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from hoheit_lab.cluster import api_of
from hoheit_lab.node.dns import apply_dns, dns_objects
from support.lab import Lab

Object = dict[str, Any]
IMAGE = f"registry.lab.internal/hoheit/coredns@sha256:{'0' * 64}"


@pytest.fixture(scope="module")
def objects(lab: Lab) -> Iterator[dict[str, Object]]:
    api = api_of(lab.state)
    apply_dns(api, IMAGE)
    yield {path: api.get(path) for path in dns_objects(IMAGE)}
    for path in dns_objects(IMAGE):
        api.delete(path)


def test_the_api_server_takes_every_object_as_it_is(objects: dict[str, Object]) -> None:
    service = next(body for body in objects.values() if body["kind"] == "Service")
    assert service["spec"]["clusterIP"] == "10.96.0.10"
    assert len(service["spec"]["ports"]) == 3


def test_applying_the_objects_again_changes_nothing(lab: Lab, objects: dict[str, Object]) -> None:
    api = api_of(lab.state)
    apply_dns(api, IMAGE)
    for path, before in objects.items():
        after = api.get(path)["metadata"]
        assert after.get("generation") == before["metadata"].get("generation")
        if before["kind"] != "Deployment":  # its controller writes a status meanwhile
            assert after["resourceVersion"] == before["metadata"]["resourceVersion"]


def test_the_admission_of_the_restricted_standard_takes_the_pod(
    lab: Lab, objects: dict[str, Object]
) -> None:
    deployment = next(body for body in objects.values() if body["kind"] == "Deployment")
    spec = deployment["spec"]["template"]["spec"] | {"serviceAccountName": "default"}
    namespace = {
        "apiVersion": "v1",
        "kind": "Namespace",
        "metadata": {
            "name": "restricted-dns",
            "labels": {"pod-security.kubernetes.io/enforce": "restricted"},
        },
    }
    lab.apply(namespace)
    pod = {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": "coredns", "namespace": "restricted-dns"},
        # Names of critical priority are for the namespace of the system.
        "spec": {name: value for name, value in spec.items() if not name.startswith("priority")},
    }
    lab.kubectl("create", "--dry-run=server", "-f", "-", stdin=json.dumps(pod))
    lab.kubectl("delete", "namespace", "restricted-dns", "--wait=false")
