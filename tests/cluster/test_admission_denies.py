"""What the generated admission policies refuse and let pass, as a bare kubectl meets them."""

import json
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hoheit_policy import View
from hoheit_policy.admission import admission_policies
from support import residency as r
from support.admission import CARRIERS, carrier, manifest
from support.admission_cases import CLAIM, GOOD_POD, OTHERS, ingress, main, pod, service
from support.admission_installed import install, remove
from support.lab import Lab
from support.waiting import until

NAMESPACE = "apps"


def foreign(tag: int) -> str:
    """An image that is pinned, so that one rule alone refuses it."""
    return f"postgres:{tag}@{r.DIGEST}"


BAD = pod(main(foreign(17)))
BAD_OTHERS = ("balancer", "plain", "to-world", "slow", "ebs-clear", "abroad", "templates")
IMAGE = "docker.io/library/postgres: not from an approved registry; approved: registry.example.com"
TODAY = date.today()
CONTROLLERS = "kwok-admin"
"""User of the controllers in the lab, which are those of Kubernetes."""


def exempted(name: str, day: date) -> tuple[dict[str, Any], dict[str, Any]]:
    """A Deployment that breaks one rule, and the exemption for it."""
    given = carrier("Deployment", name, BAD)
    exemption = {
        "rule": "IMG-01",
        "resource": f"*::{name}",
        "owner": "platform team",
        "reason": "moves to the registry of our own",
        "until": str(day),
    }
    return given, exemption


LASTING, LASTS = exempted("lasting", TODAY + timedelta(days=30))
ENDED, ENDS = exempted("ended", TODAY - timedelta(days=2))


def view() -> View:
    resources = tuple(
        r.kubernetes("apps/v1:Deployment", given, given["metadata"]["name"])
        for given in (LASTING, ENDED)
    )
    return r.view(*resources, exemptions=[LASTS, ENDS], clusters=CLUSTERS)


CLUSTERS = {
    r.CLUSTER: r.cluster(
        storage_classes={
            "fast": {"encrypted": True, "location": r.location()},
            "slow": {"encrypted": False, "location": r.location()},
        }
    )
}


@pytest.fixture(scope="module")
def guarded(lab: Lab) -> Iterator[Lab]:
    """A namespace with an old object from before the policies, and the policies."""
    lab.kubectl("create", "namespace", NAMESPACE)
    lab.apply(carrier("Deployment", "old", BAD), carrier("Pod", "running", GOOD_POD))
    install(lab, admission_policies(view(), controllers=[CONTROLLERS]))
    yield lab
    remove(lab)
    lab.kubectl("delete", "namespace", NAMESPACE)


def refused(lab: Lab, *command: str, stdin: str | None = None) -> str:
    """The words of a refusal."""
    done = lab.run("kubectl", *command, stdin=stdin, check=False)
    assert done.returncode != 0, f"was not refused: {done.stdout}"
    return done.stderr


def applied(lab: Lab, given: dict[str, Any], *, user: str = "") -> str:
    """The words with which an object is refused, or nothing."""
    command = ["kubectl", "apply", "--dry-run=server", "-f", "-"]
    if user:
        command += ["--as", user, "--as-group", "system:masters"]
    done = lab.run(*command, stdin=json.dumps(given), check=False)
    return done.stderr if done.returncode else ""


def test_every_policy_is_accepted_without_a_warning_of_the_type_check(guarded: Lab) -> None:
    def checked() -> bool:
        listed = guarded.kubectl("get", "validatingadmissionpolicies", "-o", "json")["items"]
        return all("typeChecking" in one.get("status", {}) for one in listed)

    until(checked)
    listed = guarded.kubectl("get", "validatingadmissionpolicies", "-o", "json")["items"]
    assert {one["metadata"]["name"]: one["status"]["typeChecking"] for one in listed} == {
        one["metadata"]["name"]: {} for one in listed
    }


@pytest.mark.parametrize("kind", CARRIERS)
def test_a_foreign_image_is_refused_in_every_kind_that_holds_a_pod(guarded: Lab, kind: str) -> None:
    assert IMAGE in applied(guarded, carrier(kind, "new", BAD))


@pytest.mark.parametrize("kind", CARRIERS)
def test_a_good_pod_passes_in_every_kind(guarded: Lab, kind: str) -> None:
    assert applied(guarded, carrier(kind, "new", GOOD_POD)) == ""


@pytest.mark.parametrize("name", BAD_OTHERS)
def test_other_bad_objects_are_refused(guarded: Lab, name: str) -> None:
    (given,) = [one for one in OTHERS if one["metadata"]["name"] == name]
    assert "denied request" in applied(guarded, given)


def test_a_claim_without_a_class_is_judged_by_the_default_that_the_server_gives_it(
    guarded: Lab,
) -> None:
    shown = applied(guarded, manifest("PersistentVolumeClaim", "not-named", spec=CLAIM))
    assert "storage class 'standard': declare it in clusters.main.storage_classes" in shown


def test_an_ephemeral_container_is_refused(guarded: Lab) -> None:
    shown = refused(
        guarded, *("debug", "-n", NAMESPACE, "running", f"--image={foreign(17)}", "--attach=false")
    )
    assert "IMG-01 FAIL Pod running spec.ephemeralContainers[0].image" in shown


def test_a_change_of_a_good_object_into_a_bad_one_is_refused(guarded: Lab) -> None:
    guarded.apply(service("front"))
    shown = refused(
        guarded,
        *("patch", "service", "-n", NAMESPACE, "front", "-p", '{"spec": {"type": "NodePort"}}'),
    )
    assert "NET-07 FAIL Service front spec.type: NodePort: a port of every node" in shown


def test_an_annotation_taken_away_is_a_change(guarded: Lab) -> None:
    key = "load-balancer.hetzner.cloud/disable-public-network"
    guarded.apply(service("inner", {key: "true"}, type="LoadBalancer"))
    shown = refused(guarded, "annotate", "service", "-n", NAMESPACE, "inner", f"{key}-")
    assert "NET-07 FAIL Service inner spec.type: LoadBalancer: public" in shown


def test_what_kubectl_notes_for_itself_is_not_judged(guarded: Lab) -> None:
    notes = {
        "alb.ingress.kubernetes.io/scheme": "internal",
        "kubectl.kubernetes.io/last-applied-configuration": "https://a.example.org",
    }
    given = json.dumps(ingress("inner", notes))
    guarded.run("kubectl", "create", "--dry-run=server", "-f", "-", stdin=given)


def test_what_was_there_before_may_be_labelled_and_scaled(guarded: Lab) -> None:
    guarded.kubectl("label", "deployment", "-n", NAMESPACE, "old", "a=b")
    body = '{"spec": {"replicas": 0}}'
    guarded.kubectl("patch", "deployment", "-n", NAMESPACE, "old", "-p", body)


def test_what_was_there_before_is_judged_when_its_pods_change(guarded: Lab) -> None:
    assert "IMG-01 FAIL Deployment old" in refused(
        guarded, "set", "image", "-n", NAMESPACE, "deployment/old", f"main={foreign(2)}"
    )


def test_system_namespaces_are_left_alone(guarded: Lab) -> None:
    given = carrier("Pod", "addon", BAD)
    given["metadata"]["namespace"] = "kube-system"
    assert applied(guarded, given) == ""


def test_a_reporting_profile_warns_and_refuses_nothing(guarded: Lab) -> None:
    documents = admission_policies(r.view(profile="local"))
    actions = [one["spec"].get("validationActions") for one in documents[1::2]]
    assert actions == [["Warn", "Audit"]] * (len(documents) // 2)
    assert guarded


# Exemptions


def test_an_exempted_object_may_be_made_and_changed_until_the_day(guarded: Lab) -> None:
    guarded.apply(LASTING)
    guarded.kubectl("set", "image", "-n", NAMESPACE, "deployment/lasting", f"main={foreign(2)}")
    guarded.kubectl("set", "image", "-n", NAMESPACE, "deployment/lasting", f"main={foreign(3)}")


def test_controllers_make_the_pods_of_an_exempted_object(guarded: Lab) -> None:
    guarded.apply(LASTING)

    def made() -> bool:
        listed = guarded.kubectl("get", "pods", "-n", NAMESPACE, "-o", "json")["items"]
        return any(one["metadata"]["name"].startswith("lasting-") for one in listed)

    until(made)


def test_nobody_else_makes_pods_in_the_name_of_an_exempted_object(guarded: Lab) -> None:
    owner = {
        "apiVersion": "apps/v1",
        "kind": "ReplicaSet",
        "name": "lasting-abc12",
        "uid": "0b7b1a52-0d5f-4b43-8d8f-6e5a9f6f0a10",
        "controller": True,
    }
    given = carrier("Pod", "lasting-abc12-x", BAD)
    given["metadata"]["ownerReferences"] = [owner]
    assert IMAGE in applied(guarded, given, user="somebody")
    as_controller = "system:serviceaccount:kube-system:replicaset-controller"
    assert applied(guarded, given, user=as_controller) == ""


def test_an_exemption_is_for_one_rule_and_one_object(guarded: Lab) -> None:
    exposed = pod(main(foreign(17), ports=[{"containerPort": 1, "hostPort": 1}]))
    assert "NET-07 FAIL" in applied(guarded, carrier("Deployment", "lasting", exposed))
    assert IMAGE in applied(guarded, carrier("StatefulSet", "lasting", BAD))
    elsewhere = carrier("Deployment", "lasting", BAD)
    elsewhere["metadata"]["namespace"] = "default"
    assert IMAGE in applied(guarded, elsewhere)


def test_an_exemption_that_has_ended_is_refused_by_its_date(guarded: Lab) -> None:
    shown = applied(guarded, ENDED)
    assert "IMG-01 FAIL Deployment ended" in shown
    assert f"the exemption of platform team ended on {ENDS['until']}: renew it" in shown


def test_times_that_somebody_else_wrote_do_not_make_an_exemption_last(guarded: Lab) -> None:
    forged = json.loads(json.dumps(ENDED))
    forged["metadata"]["creationTimestamp"] = "2020-01-01T00:00:00Z"
    assert "ended on" in refused(
        guarded, "create", "--dry-run=server", "-f", "-", stdin=json.dumps(forged)
    )


@pytest.fixture
def old_exempted(guarded: Lab) -> Iterator[dict[str, Any]]:
    """An object made before its exemption ended, which it has by now."""
    remove(guarded)
    until(lambda: applied(guarded, ENDED) == "")
    guarded.apply(ENDED)
    time.sleep(2)
    documents = json.dumps(admission_policies(view(), controllers=[CONTROLLERS]))
    end = f"{TODAY - timedelta(days=1)}T00:00:00Z"
    assert end in documents
    install(guarded, json.loads(documents.replace(end, f"{datetime.now(UTC):%FT%TZ}")))
    yield guarded.kubectl(
        *("get", "deployment", "-n", NAMESPACE, "ended", "-o", "json", "--show-managed-fields")
    )
    guarded.kubectl("delete", "deployment", "-n", NAMESPACE, "ended")


@pytest.mark.parametrize("times", ["kept", "forged", "dropped"])
def test_a_change_after_the_end_is_refused_whatever_times_the_object_brings(
    guarded: Lab, old_exempted: dict[str, Any], times: str
) -> None:
    given = old_exempted
    given["spec"]["template"]["spec"]["containers"][0]["image"] = foreign(2)
    if times == "forged":
        for entry in given["metadata"]["managedFields"]:
            entry["time"] = "2020-01-01T00:00:00Z"
    if times == "dropped":
        given["metadata"]["managedFields"] = [{}]
    shown = refused(guarded, "replace", "-f", "-", stdin=json.dumps(given))
    assert "IMG-01 FAIL Deployment ended" in shown
    assert ("managedFields are empty" if times == "dropped" else "ended on") in shown
