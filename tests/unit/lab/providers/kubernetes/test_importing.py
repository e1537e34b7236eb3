from typing import Any

from hoheit_lab.providers.kubernetes.importing import derive_inputs
from support.openapi import workload


def live(*books: tuple[str, dict[str, Any]], **more: Any) -> dict[str, Any]:
    return {
        "apiVersion": "v1",
        "kind": "Workload",
        "metadata": {
            "name": "a",
            "namespace": "team",
            "uid": "u",
            "resourceVersion": "1",
            "creationTimestamp": "now",
            "managedFields": [
                {"manager": manager, "operation": "Update", "fieldsV1": fields}
                for manager, fields in books
            ],
            **more,
        },
        "spec": {
            "replicas": 2,
            "policy": "Always",
            "containers": [{"name": "a", "image": "x"}, {"name": "injected", "image": "y"}],
            "args": ["p", "q"],
        },
        "status": {"ready": True},
    }


HEAD = {"apiVersion": "v1", "kind": "Workload", "metadata": {"name": "a", "namespace": "team"}}


def test_only_what_somebody_wrote_is_an_input() -> None:
    mine = ("kubectl-create", {"f:spec": {"f:replicas": {}, "f:args": {}}})

    assert derive_inputs(live(mine), workload()) == {
        **HEAD,
        "spec": {"replicas": 2, "args": ["p", "q"]},
    }


def test_what_the_control_plane_wrote_is_no_input() -> None:
    mine = ("me", {"f:spec": {"f:replicas": {}}})
    theirs = ("kube-controller-manager", {"f:spec": {"f:policy": {}}})

    assert derive_inputs(live(mine, theirs), workload())["spec"] == {"replicas": 2}


def test_an_element_that_nobody_wrote_is_no_input() -> None:
    key = 'k:{"name":"a"}'
    fields = {".": {}, "f:name": {}, "f:image": {}}
    mine = ("me", {"f:spec": {"f:containers": {".": {}, key: fields}}})

    assert derive_inputs(live(mine), workload())["spec"] == {
        "containers": [{"name": "a", "image": "x"}]
    }


def test_the_books_of_several_writers_are_put_together() -> None:
    one = ("me", {"f:spec": {"f:replicas": {}}})
    other = ("you", {"f:spec": {"f:policy": {}}})

    assert derive_inputs(live(one, other), workload())["spec"] == {
        "replicas": 2,
        "policy": "Always",
    }


def test_without_books_everything_but_the_servers_own_is_an_input() -> None:
    inputs = derive_inputs(live(), workload())

    assert inputs["metadata"] == HEAD["metadata"]
    assert inputs["spec"]["replicas"] == 2
    assert "status" not in inputs


def test_annotations_of_controllers_and_of_kubectl_are_no_inputs() -> None:
    annotations = {
        "deployment.kubernetes.io/revision": "1",
        "kubectl.kubernetes.io/last-applied-configuration": "{}",
        "mine": "yes",
    }
    mine = ("me", {"f:metadata": {"f:annotations": {f"f:{key}": {} for key in annotations}}})

    inputs = derive_inputs(live(mine, annotations=annotations), workload())

    assert inputs["metadata"]["annotations"] == {"mine": "yes"}
