"""Resources and declarations for the residency rules, to be changed in one place per test."""

import json
from datetime import date
from typing import Any

from hoheit_policy import (
    RULES,
    Finding,
    Phase,
    Provider,
    Resource,
    StateFacts,
    Verdict,
    View,
    judge_stack,
    read_declarations,
)

TODAY = date(2026, 11, 25)
SOURCE = {
    "kind": "declared",
    "by": "platform team",
    "declared_on": "2026-11-02",
    "evidence": "contract 7",
}
DIGEST = "sha256:" + "ab" * 32
CLUSTER = "main"
PROVIDER = Provider(
    type="pulumi:providers:kubernetes", name="p", inputs={"clusterIdentifier": CLUSTER}
)


def location(country: str = "DE", jurisdiction: str = "DE", operator: str = "Example GmbH") -> Any:
    """Facts of a location as a component or a person writes them."""
    values = {
        "country": country,
        "operator": operator,
        "controlling_jurisdiction": jurisdiction,
    }
    return {name: {"value": value, "source": SOURCE} for name, value in values.items()}


def cluster(**changes: Any) -> dict[str, Any]:
    given: dict[str, Any] = {
        "location": location(),
        "network_policy": "cilium",
        "storage_classes": {"fast": {"encrypted": True, "location": location()}},
    }
    return {**given, **changes}


def declarations(**changes: Any) -> dict[str, Any]:
    """Declarations under which every rule can pass."""
    given: dict[str, Any] = {
        "profile": "eu",
        "clusters": {CLUSTER: cluster()},
        "endpoints": {"objects.example.com": location()},
        "approved_registries": ["registry.example.com"],
        "images_locked": True,
        "state": {"backend": "file:///var/state", "location": location()},
        "secrets_provider": {"kind": "passphrase"},
    }
    return {**given, **changes}


def kubernetes(token: str, body: Any, name: str = "one", **changes: Any) -> Resource:
    """An object of Kubernetes on the declared cluster, by ``apps/v1:Deployment`` and the like."""
    given: dict[str, Any] = {
        "urn": f"urn:pulumi:test::test::kubernetes:{token}::{name}",
        "type": f"kubernetes:{token}",
        "name": name,
        "inputs": body,
        "provider": PROVIDER,
    }
    return Resource(**{**given, **changes})


def other(type_: str, inputs: Any, name: str = "one", **changes: Any) -> Resource:
    """Any other resource."""
    given: dict[str, Any] = {
        "urn": f"urn:pulumi:test::test::{type_}::{name}",
        "type": type_,
        "name": name,
        "inputs": inputs,
    }
    return Resource(**{**given, **changes})


def component(**outputs: Any) -> Resource:
    """A component of hoheit with what it registers."""
    return other("hoheit:index:VllmService", {}, "service", outputs=outputs, custom=False)


def kubeconfig(server: str, **cluster: Any) -> str:
    """A kubeconfig with one cluster, in JSON, which is YAML as well."""
    tree = {
        "current-context": "here",
        "contexts": [{"name": "here", "context": {"cluster": "main", "user": "me"}}],
        "clusters": [{"name": "main", "cluster": {"server": server, **cluster}}],
        "users": [{"name": "me", "user": {"token": "hunter2"}}],
    }
    return json.dumps(tree)


def pod(*containers: Any, **spec: Any) -> dict[str, Any]:
    return {"containers": list(containers), **spec}


DEPLOYMENT = "apps/v1:Deployment"


def workload(pod_spec: Any, token: str = DEPLOYMENT, namespace: Any = "apps") -> Resource:
    body = {"metadata": {"namespace": namespace}, "spec": {"template": {"spec": pod_spec}}}
    return kubernetes(token, body, "work")


def container(image: Any = f"registry.example.com/postgres@{DIGEST}", **fields: Any) -> Any:
    return {"name": "main", "image": image, **fields}


def view(*resources: Resource, phase: Phase = Phase.STATE, **declared: Any) -> View:
    return View(
        declarations=read_declarations(declarations(**declared)),
        resources=resources,
        phase=phase,
        state=StateFacts(),
        today=TODAY,
    )


def judged(rule: str, *resources: Resource, **declared: Any) -> list[Finding]:
    """What one rule says of some resources."""
    (found,) = [one for one in RULES if one.id == rule]
    requested = {"requested_rules": [rule]} if found.on_request else {}
    return list(judge_stack(view(*resources, **{**requested, **declared}), [found]))


def verdicts(rule: str, *resources: Resource, **declared: Any) -> set[Verdict]:
    """The different verdicts of one rule."""
    return {finding.verdict for finding in judged(rule, *resources, **declared)}


def worst(rule: str, *resources: Resource, **declared: Any) -> Verdict:
    """The worst verdict of one rule."""
    found = verdicts(rule, *resources, **declared)
    return next(verdict for verdict in Verdict if verdict in found)


def messages(rule: str, *resources: Resource, **declared: Any) -> str:
    """Everything that one rule says but a pass."""
    found = judged(rule, *resources, **declared)
    return "\n".join(one.message for one in found if one.verdict is not Verdict.PASS)
