"""What hoheit's own stack makes, under admission policies made for it."""

from collections import defaultdict
from typing import Any

import pytest
from hoheit_policy import Provider, Resource, View, judge_resource, read_declarations, sentence
from hoheit_policy.admission import admission_policies
from hoheit_policy.guarded import FIELD, GUARD_TYPE
from hoheit_policy.rules import RULES
from hoheit_policy.verdict import Verdict
from support import residency as r
from support.admission import MORE, said_by_server
from support.admission_installed import install, remove, warning
from support.lab import Lab
from support.manifests import kubernetes, manifest
from support.monitor import run_stack
from support.stacks import local

IDS = ("IMG-01", "IMG-02", "TEL-01", "NET-07", "EGR-01", "ENC-05")
KINDS = (
    "core/v1:Service",
    "core/v1:PersistentVolumeClaim",
    "networking.k8s.io/v1:NetworkPolicy",
    "apps/v1:StatefulSet",
    "apps/v1:Deployment",
    "apps/v1:DaemonSet",
    "batch/v1:Job",
)
NAMESPACE = "apps"


def made() -> tuple[View, list[Resource]]:
    """Everything that a state of stack `local` would show, and its Kubernetes objects."""
    monitor = run_stack(local())
    declared = read_declarations(monitor.one(GUARD_TYPE).inputs[FIELD])
    (cluster,) = declared.clusters
    provider = Provider(
        type="pulumi:providers:kubernetes", name="p", inputs={"clusterIdentifier": cluster}
    )
    components = [
        r.other(urn.split("::")[2].rpartition("$")[2], {}, urn, outputs=outputs, custom=False)
        for urn, outputs in monitor.outputs
    ]
    objects: list[Resource] = []
    for one in kubernetes(monitor):
        body, token = manifest(one), one.type.removeprefix("kubernetes:")
        objects.append(r.kubernetes(token, body, body["metadata"]["name"], provider=provider))
    view = View(declarations=declared, resources=(*components, *objects))
    return view, [one for one in objects if one.type.removeprefix("kubernetes:") in KINDS]


def placed(one: Resource) -> dict[str, Any]:
    """A manifest in the namespace of this test, so that no stack has to be there."""
    version, _, kind = one.type.removeprefix("kubernetes:").rpartition(":")
    metadata = {**one.inputs["metadata"], "namespace": NAMESPACE}
    version = version.removeprefix("core/")
    return {**one.inputs, "apiVersion": version, "kind": kind, "metadata": metadata}


@pytest.fixture(scope="module")
def said(lab: Lab) -> tuple[dict[str, set[str]], dict[str, set[str]]]:
    """What the rules say of the objects, and what the API server says, by name."""
    view, objects = made()
    of_rules: dict[str, set[str]] = defaultdict(set)
    rules = [one for one in RULES if one.id in IDS]
    for one in objects:
        found = judge_resource(one, view, rules)
        bad = {sentence(finding) for finding in found if finding.verdict is not Verdict.PASS}
        of_rules[one.name] |= bad
    lab.kubectl("create", "namespace", NAMESPACE)
    install(lab, warning(admission_policies(view)))
    of_server = said_by_server(lab, [placed(one) for one in objects])
    remove(lab)
    lab.kubectl("delete", "namespace", NAMESPACE)
    return of_rules, of_server


def test_the_api_server_says_of_every_object_of_the_stack_what_the_rules_say(
    said: tuple[dict[str, set[str]], dict[str, set[str]]],
) -> None:
    of_rules, of_server = said
    assert len(of_rules) > 15
    for name, found in of_rules.items():
        shown = of_server[name]
        assert shown - {MORE} < found if MORE in shown else shown == found


def test_no_object_of_the_stack_fails(
    said: tuple[dict[str, set[str]], dict[str, set[str]]],
) -> None:
    _, of_server = said
    assert not [one for found in of_server.values() for one in found if " FAIL " in one]
