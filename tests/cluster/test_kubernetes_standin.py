"""The life of objects: creation, no difference afterwards, refresh, import, deletion."""

import json

import pytest
from hoheit_lab.providers.kubernetes.provider import KubernetesProvider
from support.kubernetes_objects import deployment, obj, one_of_each, token
from support.kubernetes_standin import host, namespace, standin
from support.lab import Lab
from support.standin import Refused, StandIn, serving

__all__ = ["host", "namespace", "standin"]


def test_objects_of_every_common_kind_are_created_read_back_and_deleted(
    standin: StandIn, namespace: str, lab: Lab
) -> None:
    objects = one_of_each(namespace)
    made = [standin.create(token(each), "r", each, timeout=60) for each in objects]

    for resource, inputs in zip(made, objects, strict=True):
        assert resource.init_errors == (), resource
        assert standin.diff(resource, inputs).changes == {}, resource.id
        refreshed = standin.refresh(resource)
        assert refreshed is not None
        assert refreshed.inputs == resource.inputs
        assert standin.diff(refreshed, inputs).changes == {}, resource.id

    for resource in reversed(made):
        standin.delete(resource, timeout=60)
        assert standin.refresh(resource) is None
    left = "deployments,services,pods,configmaps,secrets,roles,ingresses"
    remaining = lab.kubectl("get", left, "-n", namespace, "-o", "name").split()
    assert remaining == ["configmap/kube-root-ca.crt"]


@pytest.mark.parametrize("how", [["create"], ["apply"], ["apply", "--server-side"]])
def test_what_kubectl_made_is_imported_without_a_difference_to_the_program(
    standin: StandIn, namespace: str, lab: Lab, how: list[str]
) -> None:
    # kubectl takes no definition in the SDK's spelling, and the widget needs it.
    objects = [
        each
        for each in one_of_each(namespace)
        if each["kind"] not in {"CustomResourceDefinition", "Widget", "LimitRange"}
    ]
    items = {"apiVersion": "v1", "kind": "List", "items": objects}
    lab.kubectl(*how, "-f", "-", stdin=json.dumps(items))

    differences: dict[str, object] = {}
    for inputs in objects:
        metadata = inputs["metadata"]
        place = [metadata.get("namespace"), metadata["name"]]
        found = standin.adopt(token(inputs), "r", "/".join(part for part in place if part))
        assert found is not None
        changes = standin.diff(found, inputs).changes
        if changes:
            differences[inputs["kind"]] = changes

    lab.kubectl("delete", "storageclass,priorityclass", namespace)
    assert differences == {}


def test_an_object_without_a_name_gets_one_and_keeps_it(standin: StandIn, namespace: str) -> None:
    inputs = obj("v1 ConfigMap", namespace, None, data={"a": "1"})
    resource = standin.create(token(inputs), "settings", inputs)

    assert resource.id.startswith(f"{namespace}/settings-")
    assert standin.diff(resource, inputs).changes == {}
    difference = standin.diff(resource, {**inputs, "data": {"a": "2"}})
    assert difference.replaces == ["data.a"]
    assert not difference.delete_before_replace


def test_the_namespace_of_the_settings_is_the_default(lab: Lab, namespace: str) -> None:
    inputs = obj("v1 ConfigMap", None, data={})
    with serving(KubernetesProvider()) as standin:
        standin.configure({"kubeconfig": str(lab.state.kubeconfig), "namespace": namespace})
        assert standin.create(token(inputs), "r", inputs).id == f"{namespace}/it"


def test_an_object_that_exists_is_not_taken_over(
    standin: StandIn, namespace: str, lab: Lab
) -> None:
    lab.kubectl("create", "configmap", "it", "-n", namespace, "--from-literal=a=theirs")
    inputs = obj("v1 ConfigMap", namespace, data={"a": "ours"})

    with pytest.raises(Refused, match=r"already exists.*pulumi import.*AlreadyExists"):
        standin.create(token(inputs), "r", inputs)

    live = lab.kubectl("get", "configmap", "it", "-n", namespace, "-o", "json")
    assert live["data"] == {"a": "theirs"}


def test_an_object_that_exists_is_taken_over_where_the_settings_say_so(
    namespace: str, lab: Lab
) -> None:
    lab.kubectl("create", "configmap", "it", "-n", namespace, "--from-literal=b=theirs")
    inputs = obj("v1 ConfigMap", namespace, data={"a": "ours"})
    with serving(KubernetesProvider()) as standin:
        standin.configure({"kubeconfig": str(lab.state.kubeconfig), "upsertExistingObjects": True})
        resource = standin.create(token(inputs), "r", inputs)

    assert resource.outputs["data"] == {"a": "ours", "b": "theirs"}


def test_a_namespace_that_is_created_a_moment_later_is_waited_for(
    standin: StandIn, namespace: str, lab: Lab
) -> None:
    later = f"{namespace}-later"
    inputs = obj("v1 ConfigMap", later, data={})
    process = lab.run("sh", "-c", f"(sleep 1; kubectl create namespace {later}) >/dev/null &")
    assert process.returncode == 0

    assert standin.create(token(inputs), "r", inputs).id == f"{later}/it"
    lab.kubectl("delete", "namespace", later, "--wait=false")


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("extensions/v1beta1 Deployment", "it serves apps/v1 Deployment"),
        ("apps/v1 Deploymnt", "did you mean Deployment"),
        ("v1 ConfigMapList", "cannot be created: a list is only an answer"),
    ],
)
def test_a_kind_that_is_not_served_is_refused_with_the_one_that_is(
    standin: StandIn, kind: str, text: str
) -> None:
    inputs = obj(kind, None)

    with pytest.raises(Refused, match=text):
        standin.check(token(inputs), "r", inputs)


@pytest.mark.parametrize(
    "what", ["helm.sh/v3:Release", "yaml/v2:ConfigFile", "kustomize:Directory"]
)
def test_charts_and_manifests_are_left_to_the_official_plugin(standin: StandIn, what: str) -> None:
    with pytest.raises(Refused, match="only knows typed resources and CustomResource"):
        standin.check(f"kubernetes:{what}", "r", {})


def test_a_stuck_finalizer_is_named_when_the_deletion_takes_too_long(
    standin: StandIn, namespace: str, lab: Lab
) -> None:
    inputs = obj("v1 ConfigMap", namespace)
    inputs["metadata"]["finalizers"] = ["example.com/hold"]
    resource = standin.create(token(inputs), "r", inputs)

    with pytest.raises(Refused, match=r"still there 1 s .*example\.com/hold.*stays in the state"):
        standin.delete(resource, timeout=1)

    release = json.dumps({"metadata": {"finalizers": None}})
    lab.kubectl("patch", "configmap", "it", "-n", namespace, "--type=merge", "-p", release)
    standin.delete(resource)


def test_deleting_what_is_gone_is_fine(standin: StandIn, namespace: str, lab: Lab) -> None:
    inputs = deployment(namespace)
    resource = standin.create(token(inputs), "r", inputs)
    lab.kubectl("delete", "deployment", "it", "-n", namespace)

    standin.delete(resource)


def test_orphans_stay_when_the_annotation_says_so(
    standin: StandIn, namespace: str, lab: Lab
) -> None:
    inputs = deployment(namespace)
    inputs["metadata"]["annotations"] = {"pulumi.com/deletionPropagationPolicy": "orphan"}

    standin.delete(standin.create(token(inputs), "r", inputs))

    assert "replicaset" in lab.kubectl("get", "replicasets", "-n", namespace, "-o", "name")


def test_an_unreachable_cluster_is_told_and_can_be_forgotten(
    standin: StandIn, namespace: str, lab: Lab
) -> None:
    inputs = obj("v1 ConfigMap", namespace, data={})
    resource = standin.create(token(inputs), "r", inputs)
    dead = lab.state.kubeconfig.read_text().replace(
        "server: https://127.0.0.1:", "server: https://127.0.0.2:"
    )

    with serving(KubernetesProvider()) as unreachable:
        unreachable.configure({"kubeconfig": dead})
        with pytest.raises(Refused, match="does not answer"):
            unreachable.delete(resource)
    with serving(KubernetesProvider()) as forgetting:
        forgetting.configure({"kubeconfig": dead, "deleteUnreachable": True})
        assert forgetting.refresh(resource) is None
        forgetting.delete(resource)
