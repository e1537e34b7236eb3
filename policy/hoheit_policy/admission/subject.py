"""What a policy is asked about: kinds of objects, and when they count as changed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from hoheit_policy.kubernetes import CONTAINER_FIELDS

from .cel import text

Variables = tuple[tuple[str, str], ...]
"""Names and expressions; a later one may use an earlier one as ``variables.NAME``."""


@dataclass(frozen=True, kw_only=True)
class Subject:
    """Objects of some kinds, as one policy matches them."""

    name: str
    resources: tuple[tuple[str, str, tuple[str, ...]], ...]
    """API group, version, and resources with their subresources."""
    same: str
    """Expression: nothing that a rule reads differs between ``object`` and ``oldObject``.

    A controller that counts replicas or takes a finalizer away is not refused for what was there
    before the policy.
    """
    variables: Variables = ()

    def matched(self) -> list[dict[str, Any]]:
        """Return the resource rules of a policy."""
        return [
            {
                "apiGroups": [group],
                "apiVersions": [version],
                "operations": ["CREATE", "UPDATE"],
                "resources": list(names),
            }
            for group, version, names in self.resources
        ]


def _pod(root: str) -> str:
    """Return the pod spec of a kind that carries one, as an optional."""
    return (
        f'{root}.kind == "Pod" ? dyn({root}).?spec : '
        f'{root}.kind == "CronJob" ? dyn({root}).?spec.?jobTemplate.?spec.?template.?spec : '
        f'{root}.kind == "PodTemplate" ? dyn({root}).?template.?spec : '
        f"dyn({root}).?spec.?template.?spec"
    )


_POD_PATH = (
    'object.kind == "Pod" ? "spec" : '
    'object.kind == "CronJob" ? "spec.jobTemplate.spec.template.spec" : '
    'object.kind == "PodTemplate" ? "template.spec" : "spec.template.spec"'
)


def _containers() -> str:
    return " + ".join(
        f"variables.pod.?{field}.orValue([]).transformList(i, c, "
        f'{{"path": dyn(variables.podPath + {text(f".{field}[")} + string(i) + "]"), '
        f'"body": dyn(c)}})'
        for field in CONTAINER_FIELDS
    )


def _templates(root: str) -> str:
    return f"dyn({root}).?spec.?volumeClaimTemplates"


PODS = Subject(
    name="pods",
    resources=(
        ("", "v1", ("pods", "pods/ephemeralcontainers", "podtemplates", "replicationcontrollers")),
        ("apps", "v1", ("deployments", "statefulsets", "daemonsets", "replicasets")),
        ("batch", "v1", ("jobs", "cronjobs")),
    ),
    same=(
        f"({_pod('object')}) == ({_pod('oldObject')}) && "
        f"{_templates('object')} == {_templates('oldObject')}"
    ),
    variables=(
        # Read out at once: Kubernetes 1.37 finds nothing below an optional that a variable holds.
        ("pod", f"dyn(({_pod('object')}).orValue({{}}))"),
        ("podPath", _POD_PATH),
        ("containers", _containers()),
    ),
)


def _one(name: str, group: str, version: str, same: str) -> Subject:
    return Subject(name=name, resources=((group, version, (name,)),), same=same)


_SPEC = "dyn(object).?spec == dyn(oldObject).?spec"
_NOTES = "dyn(object).metadata.?annotations == dyn(oldObject).metadata.?annotations"

SERVICES = _one("services", "", "v1", f"{_SPEC} && {_NOTES}")
INGRESSES = _one("ingresses", "networking.k8s.io", "v1", f"{_SPEC} && {_NOTES}")
GATEWAYS = _one("gateways", "gateway.networking.k8s.io", "v1", _SPEC)
NETWORK_POLICIES = _one("networkpolicies", "networking.k8s.io", "v1", _SPEC)
CLAIMS = _one(
    "persistentvolumeclaims",
    "",
    "v1",
    "dyn(object).?spec.?storageClassName == dyn(oldObject).?spec.?storageClassName",
)
STORAGE_CLASSES = _one(
    "storageclasses",
    "storage.k8s.io",
    "v1",
    "dyn(object).?provisioner == dyn(oldObject).?provisioner && "
    "dyn(object).?parameters == dyn(oldObject).?parameters",
)
