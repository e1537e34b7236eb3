"""Previews, updates, drift, conflicts, patches and secrets."""

import copy
import json
from typing import Any

import pytest
from hoheit_lab.providers.marks import UNKNOWN, Secret, has_unknown
from support.kubernetes_objects import deployment, obj, one_of_each, template, token
from support.kubernetes_standin import host, namespace, standin
from support.lab import Lab
from support.standin import Refused, StandIn

__all__ = ["host", "namespace", "standin"]

DEPLOYMENT = "kubernetes:apps/v1:Deployment"
PATCH = "kubernetes:core/v1:ConfigMapPatch"


def live(lab: Lab, kind: str, namespace: str) -> dict[str, Any]:
    return lab.kubectl("get", kind, "it", "-n", namespace, "-o", "json")


def test_a_preview_knows_the_servers_defaults_and_claims_nothing_computed(
    standin: StandIn, namespace: str, lab: Lab
) -> None:
    outputs = standin.preview(DEPLOYMENT, "r", deployment(namespace))

    assert outputs["spec"]["revisionHistoryLimit"] == 10
    assert outputs["metadata"]["uid"] is UNKNOWN
    assert outputs["status"] is UNKNOWN
    assert lab.kubectl("get", "deployments", "-n", namespace, "-o", "name") == ""


def test_a_preview_shows_what_admission_refuses(standin: StandIn, namespace: str) -> None:
    inputs = deployment(namespace, selector={"matchLabels": {"app": "other"}})

    with pytest.raises(Refused, match="`selector` does not match template `labels`"):
        standin.preview(DEPLOYMENT, "r", inputs)


def test_a_preview_of_a_service_does_not_promise_its_address(
    standin: StandIn, namespace: str
) -> None:
    inputs = obj("v1 Service", namespace, spec={"ports": [{"port": 80}]})

    spec = standin.preview(token(inputs), "r", inputs)["spec"]

    assert spec["clusterIP"] is UNKNOWN
    assert spec["type"] == "ClusterIP"


@pytest.mark.parametrize("known", [True, False])
def test_a_preview_without_a_dry_run_finds_every_fault_in_the_schema(
    standin: StandIn, namespace: str, known: bool
) -> None:
    """Neither a namespace that does not exist yet nor an unknown one can be asked about."""
    inputs = deployment(f"{namespace}-later")
    if not known:
        inputs["metadata"]["namespace"] = UNKNOWN
    inputs["spec"]["replicaz"] = 1
    inputs["spec"]["template"]["spec"]["restartPolicy"] = "Sometimes"
    inputs["spec"]["template"]["spec"]["containers"][0]["ports"] = [{"containerPort": "80"}]

    with pytest.raises(Refused) as raised:
        standin.preview(DEPLOYMENT, "r", inputs)

    text = str(raised.value)
    assert "spec.replicaz: there is no such field; did you mean replicas?" in text
    assert "spec.template.spec.restartPolicy: must be one of Always, Never, OnFailure" in text
    assert "containers[0].ports[0].containerPort: must be an integer" in text


def test_a_preview_in_a_namespace_that_is_made_later_leaves_defaults_unknown(
    standin: StandIn, namespace: str
) -> None:
    outputs = standin.preview(DEPLOYMENT, "r", deployment(f"{namespace}-later"))

    assert outputs["spec"]["replicas"] == 1
    assert outputs["spec"]["revisionHistoryLimit"] is UNKNOWN


def test_a_preview_of_an_object_of_a_definition_that_is_made_later_is_accepted(
    standin: StandIn, namespace: str
) -> None:
    inputs = obj(f"{namespace}.example.com/v1 Gadget", namespace, spec={"a": 1})

    assert standin.preview(token(inputs), "r", inputs)["spec"] == {"a": 1}


def test_a_definition_that_exists_is_previewed_in_the_words_of_the_sdk(
    standin: StandIn, namespace: str
) -> None:
    """As when it is replaced: then the schema is asked, and it spells some fields differently."""
    definition = next(
        each for each in one_of_each(namespace) if each["kind"] == "CustomResourceDefinition"
    )
    resource = standin.create(token(definition), "r", definition)

    outputs = standin.preview(token(definition), "r", definition)

    schema = outputs["spec"]["versions"][0]["schema"]["openAPIV3Schema"]
    assert schema["x_kubernetes_preserve_unknown_fields"] is True
    standin.delete(resource)


def test_an_update_changes_drops_and_keeps(standin: StandIn, namespace: str, lab: Lab) -> None:
    before = deployment(namespace, template=template("d", env=[{"name": "A", "value": "1"}]))
    resource = standin.create(DEPLOYMENT, "r", before)
    after = deployment(namespace, minReadySeconds=1)

    assert standin.diff(resource, after).changes == {
        "spec.minReadySeconds": "ADD",
        "spec.template.spec.containers[0].env": "DELETE",
    }
    assert not has_unknown(standin.preview_update(resource, after)["spec"])
    standin.update(resource, after)

    spec = live(lab, "deployment", namespace)["spec"]
    assert spec["minReadySeconds"] == 1
    assert "env" not in spec["template"]["spec"]["containers"][0]


def test_drift_by_hand_is_seen_by_a_refresh_and_undone_by_the_next_update(
    standin: StandIn, namespace: str, lab: Lab
) -> None:
    inputs = deployment(namespace)
    resource = standin.create(DEPLOYMENT, "r", inputs)
    lab.kubectl("scale", "deployment/it", "-n", namespace, "--replicas=3")
    lab.kubectl("set", "image", "deployment/it", "-n", namespace, "c=apache")
    lab.kubectl("label", "deployment/it", "-n", namespace, "theirs=1")
    # A refresh in the middle of a rollout also says that it is not ready, which is another test.
    lab.kubectl("rollout", "status", "deployment/it", "-n", namespace, "--timeout=60s")

    drifted = standin.refresh(resource)

    assert drifted is not None
    assert standin.diff(drifted, inputs).changes == {
        "spec.replicas": "UPDATE",
        "spec.template.spec.containers[0].image": "UPDATE",
    }
    standin.update(drifted, inputs)
    spec = live(lab, "deployment", namespace)["spec"]
    assert spec["replicas"] == 1
    assert spec["template"]["spec"]["containers"][0]["image"] == "nginx"


def scaled_by_a_controller(lab: Lab, namespace: str, replicas: int) -> None:
    scale = json.dumps({"spec": {"replicas": replicas}})
    manager = "--field-manager=autoscaler"
    lab.kubectl("patch", "deployment", "it", "-n", namespace, manager, "-p", scale)


def test_ignored_changes_leave_a_field_to_the_controller_that_owns_it(
    standin: StandIn, namespace: str, lab: Lab
) -> None:
    resource = standin.create(DEPLOYMENT, "r", deployment(namespace))
    scaled_by_a_controller(lab, namespace, 2)
    ignored = ("spec.replicas",)
    # The engine puts the value of the state in the place of an ignored one.
    inputs = deployment(namespace, minReadySeconds=1)

    assert "spec.replicas" not in standin.diff(resource, inputs, ignored).changes
    updated = standin.update(resource, inputs, ignored)

    assert updated.init_errors == ()
    assert live(lab, "deployment", namespace)["spec"]["replicas"] == 2


def test_a_conflict_with_a_controller_is_explained_and_can_be_forced(
    standin: StandIn, namespace: str, lab: Lab
) -> None:
    resource = standin.create(DEPLOYMENT, "r", deployment(namespace))
    scaled_by_a_controller(lab, namespace, 2)
    inputs = deployment(namespace, replicas=3)

    with pytest.raises(Refused, match=r'conflict with "autoscaler".*pulumi\.com/patchForce'):
        standin.update(resource, inputs)

    forced = copy.deepcopy(inputs)
    forced["metadata"]["annotations"] = {"pulumi.com/patchForce": "true"}
    standin.update(resource, forced)
    assert live(lab, "deployment", namespace)["spec"]["replicas"] == 3


def test_another_spelling_or_a_default_spelt_out_is_no_change(
    standin: StandIn, namespace: str
) -> None:
    resource = standin.create(DEPLOYMENT, "r", deployment(namespace))
    inputs = deployment(namespace, revisionHistoryLimit=10)
    inputs["spec"]["template"]["spec"]["containers"][0]["resources"]["requests"]["cpu"] = 0.1

    assert standin.diff(resource, inputs).changes == {}


def test_an_object_of_a_fixed_name_goes_before_its_replacement_comes(
    standin: StandIn, namespace: str
) -> None:
    resource = standin.create(DEPLOYMENT, "r", deployment(namespace))
    other = {"matchLabels": {"app": "e"}}

    difference = standin.diff(
        resource, deployment(namespace, selector=other, template=template("e"))
    )

    assert "spec.selector.matchLabels.app" in difference.replaces
    assert difference.delete_before_replace


def test_an_update_of_what_is_gone_says_how_to_go_on(
    standin: StandIn, namespace: str, lab: Lab
) -> None:
    resource = standin.create(DEPLOYMENT, "r", deployment(namespace))
    lab.kubectl("delete", "deployment", "it", "-n", namespace)

    assert standin.refresh(resource) is None
    with pytest.raises(Refused, match="no longer there; `pulumi refresh`"):
        standin.update(resource, deployment(namespace, replicas=2))


def test_a_patch_sets_its_fields_and_gives_them_up_again(
    standin: StandIn, namespace: str, lab: Lab
) -> None:
    lab.kubectl("create", "configmap", "it", "-n", namespace, "--from-literal=a=theirs")
    inputs = obj("v1 ConfigMap", namespace, data={"b": "2"})

    resource = standin.create(PATCH, "p", inputs)
    assert live(lab, "configmap", namespace)["data"] == {"a": "theirs", "b": "2"}
    changed = standin.update(resource, obj("v1 ConfigMap", namespace, data={"c": "3"}))
    assert live(lab, "configmap", namespace)["data"] == {"a": "theirs", "c": "3"}
    standin.delete(changed)
    assert live(lab, "configmap", namespace)["data"] == {"a": "theirs"}


def test_a_patch_does_not_take_the_fields_of_others(
    standin: StandIn, namespace: str, lab: Lab
) -> None:
    lab.kubectl("create", "configmap", "it", "-n", namespace, "--from-literal=a=theirs")

    with pytest.raises(Refused, match='conflict with "kubectl-create"'):
        standin.create(PATCH, "p", obj("v1 ConfigMap", namespace, data={"a": "ours"}))


def test_a_patch_needs_the_name_of_what_it_changes(standin: StandIn, namespace: str) -> None:
    with pytest.raises(Refused, match=r"metadata\.name: is required"):
        standin.check(PATCH, "p", obj("v1 ConfigMap", namespace, None, data={}))


def test_secrets_stay_secret_and_show_no_difference(
    standin: StandIn, namespace: str, lab: Lab
) -> None:
    inputs = obj("v1 Secret", namespace, stringData={"a": "hunter2"})
    resource = standin.create(token(inputs), "s", inputs)

    assert isinstance(resource.inputs["stringData"], Secret)
    assert isinstance(resource.outputs["data"], Secret)
    assert standin.diff(resource, inputs).changes == {}
    other = obj("v1 Secret", namespace, stringData={"a": "hunter3"})
    assert standin.diff(resource, other).changes == {"stringData.a": "UPDATE_REPLACE"}

    patch = json.dumps({"stringData": {"a": "theirs"}})
    lab.kubectl("patch", "secret", "it", "-n", namespace, "-p", patch)
    drifted = standin.refresh(resource)
    assert drifted is not None
    assert drifted.inputs["stringData"] == Secret({"a": "theirs"})


def test_a_refusal_does_not_quote_a_secret(standin: StandIn, namespace: str) -> None:
    inputs = obj("v1 ConfigMap", namespace, data={"a": "1"})
    inputs["metadata"]["labels"] = {"password": Secret("not a label, but hunter2")}

    with pytest.raises(Refused) as raised:
        standin.create(token(inputs), "r", inputs)

    assert "[secret]" in str(raised.value)
    assert "hunter2" not in str(raised.value)
