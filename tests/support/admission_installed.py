"""Puts admission policies into the lab, and takes them out again."""

from typing import Any

from .lab import Lab
from .waiting import until

KINDS = "validatingadmissionpolicies,validatingadmissionpolicybindings"
OURS = "app.kubernetes.io/part-of=hoheit,app.kubernetes.io/component=residency"


def warning(documents: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Policies that refuse nothing, so that every one of them is heard."""
    for one in documents:
        if "validationActions" in one["spec"]:
            one["spec"]["validationActions"] = ["Warn"]
    return documents


def install(lab: Lab, documents: list[dict[str, Any]]) -> None:
    """Install policies, and wait until the API server asks all of them."""
    remove(lab)
    lab.apply(*documents)
    # The server takes policies up in the order of their making, so the last one speaks for all.
    lab.apply(*_LAST)
    until(lambda: "last" in lab.run(*_PROBE, check=False).stderr)


def remove(lab: Lab) -> None:
    lab.kubectl("delete", KINDS, "-l", OURS, "--ignore-not-found")


_LABELS = dict(part.split("=") for part in OURS.split(","))
_GROUP = "admissionregistration.k8s.io/v1"
_METADATA = {"name": "last", "labels": _LABELS}
_MAPS = {
    "apiGroups": [""],
    "apiVersions": ["v1"],
    "operations": ["CREATE"],
    "resources": ["configmaps"],
    "resourceNames": ["probe"],
}
_LAST = (
    {
        "apiVersion": _GROUP,
        "kind": "ValidatingAdmissionPolicy",
        "metadata": _METADATA,
        "spec": {
            "matchConstraints": {"resourceRules": [_MAPS]},
            "validations": [{"expression": "false"}],
        },
    },
    {
        "apiVersion": _GROUP,
        "kind": "ValidatingAdmissionPolicyBinding",
        "metadata": _METADATA,
        "spec": {"policyName": "last", "validationActions": ["Deny"]},
    },
)
_PROBE = ("kubectl", "create", "configmap", "probe", "-n", "default", "--dry-run=server")
