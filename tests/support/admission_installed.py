"""Puts admission policies into the lab, and takes them out again."""

import json
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
    """Install policies, and wait until the API server asks them."""
    remove(lab)
    lab.apply(*documents)
    _until_asked(lab)


def remove(lab: Lab) -> None:
    lab.kubectl("delete", KINDS, "-l", OURS, "--ignore-not-found")


def _until_asked(lab: Lab) -> None:
    probe = {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": "probe", "namespace": "apps"},
        "spec": {"type": "NodePort", "ports": [{"port": 80}]},
    }
    until(
        lambda: (
            "NET-07"
            in lab.run(
                *("kubectl", "create", "--dry-run=server", "-f", "-"),
                stdin=json.dumps(probe),
                check=False,
            ).stderr
        )
    )
