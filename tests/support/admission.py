"""Manifests for admission policies, and what rules and API server say of them."""

import json
import re
from collections.abc import Iterable
from typing import Any

from hoheit_policy import RULES, Resource, Verdict, judge_resource, sentence

from . import residency as r
from .lab import Lab

GROUPS = {
    "Deployment": "apps/v1",
    "StatefulSet": "apps/v1",
    "DaemonSet": "apps/v1",
    "ReplicaSet": "apps/v1",
    "Job": "batch/v1",
    "CronJob": "batch/v1",
    "Ingress": "networking.k8s.io/v1",
    "NetworkPolicy": "networking.k8s.io/v1",
    "StorageClass": "storage.k8s.io/v1",
    "Gateway": "gateway.networking.k8s.io/v1",
}
"""API groups of kinds that are not in the core group."""

CARRIERS = (
    "Pod",
    "PodTemplate",
    "Deployment",
    "StatefulSet",
    "DaemonSet",
    "ReplicaSet",
    "ReplicationController",
    "Job",
    "CronJob",
)
"""Every kind that holds a pod spec."""

MORE = "more"
"""Stands for the findings that a refusal only counts."""

_LABELS = {"app": "x"}
_WARNING = "Warning: Validation failed for ValidatingAdmissionPolicy"
_SENTENCE = re.compile(r"[A-Z]{3}-\d\d (FAIL|UNKNOWN) \S+ \S+ \S+")
_BINDING = "' with binding '"


def manifest(kind: str, name: str, namespace: str = "apps", **body: Any) -> dict[str, Any]:
    metadata = {"name": name, "namespace": namespace, **body.pop("metadata", {})}
    return {
        "apiVersion": GROUPS.get(kind, "v1"),
        "kind": kind,
        "metadata": metadata,
        **body,
    }


def carrier(kind: str, name: str, pod: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """An object of a kind around a pod spec, as the API server takes it."""
    if kind == "Pod":
        return manifest(kind, name, spec=pod)
    jobs = kind in ("Job", "CronJob")
    template = {
        "metadata": {"labels": _LABELS},
        "spec": {**pod, "restartPolicy": "Never"} if jobs else pod,
    }
    if kind == "PodTemplate":
        return manifest(kind, name, template=template)
    if kind == "CronJob":
        spec = {"schedule": "0 0 1 1 *", "jobTemplate": {"spec": {"template": template}}}
        return manifest(kind, name, spec=spec)
    selector: Any = {"matchLabels": _LABELS}
    if kind == "ReplicationController":
        selector = _LABELS
    spec = {"template": template, **({} if jobs else {"selector": selector}), **changes}
    if kind == "StatefulSet":
        spec["serviceName"] = name
    return manifest(kind, name, spec=spec)


def as_resource(given: dict[str, Any]) -> Resource:
    """The resource that a program would make of a manifest."""
    version = given["apiVersion"]
    token = f"{version if '/' in version else f'core/{version}'}:{given['kind']}"
    return r.kubernetes(token, given, given["metadata"]["name"])


def said_by_rules(given: dict[str, Any], ids: Iterable[str], **declared: Any) -> set[str]:
    """What the rules say of a manifest but a pass, one sentence for each finding."""
    resource = as_resource(given)
    rules = [one for one in RULES if one.id in ids]
    found = judge_resource(resource, r.view(resource, **declared), rules)
    return {sentence(one) for one in found if one.verdict is not Verdict.PASS}


def said_by_server(lab: Lab, given: list[dict[str, Any]]) -> dict[str, set[str]]:
    """What policies that warn say of each manifest, by its name; nothing is stored."""
    document = json.dumps({"apiVersion": "v1", "kind": "List", "items": given})
    shown = lab.run("kubectl", "create", "--dry-run=server", "-f", "-", stdin=document).stderr
    said: dict[str, set[str]] = {one["metadata"]["name"]: set() for one in given}
    for line in shown.splitlines():
        if not line.startswith(_WARNING):
            continue
        text = line.partition(_BINDING)[2].partition("': ")[2]
        assert _SENTENCE.match(text), f"not the words of a rule: {line}"
        shown_, more, _ = text.partition(" (and ")
        found = shown_.split(" | ")
        said[found[0].split()[3]] |= {*found, *([MORE] if more else [])}
    return said
