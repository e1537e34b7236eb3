"""How the pods of a model service are rolled out."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pulumi_kubernetes.apps.v1 import DeploymentSpecArgsDict
    from pulumi_kubernetes.core.v1 import PodSpecArgsDict

CONFIG_HASH_ANNOTATION = "hoheit/config-hash"


def config_hash(parts: Iterable[str]) -> str:
    """Return a digest of what the pods run with, so that a changed setting is a changed pod."""
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def deployment_spec(  # noqa: PLR0913 - each is a field of the spec, by name
    pod: PodSpecArgsDict,
    *,
    replicas: int | None,
    surge: int,
    progress_deadline_seconds: int,
    selector: dict[str, str],
    labels: dict[str, str],
    configuration: str,
) -> DeploymentSpecArgsDict:
    """Return a Deployment spec that never needs more GPUs than were claimed.

    Without surge an old pod makes room first: on a full pool a new pod would wait for ever for
    the GPU that the old one holds. Without ``replicas``, an autoscaler decides on them.
    """
    spec: DeploymentSpecArgsDict = {
        "progress_deadline_seconds": progress_deadline_seconds,
        "strategy": {
            "type": "RollingUpdate",
            "rolling_update": {"max_surge": surge, "max_unavailable": 0 if surge else 1},
        },
        "selector": {"match_labels": selector},
        "template": {
            "metadata": {
                "labels": labels,
                "annotations": {CONFIG_HASH_ANNOTATION: configuration},
            },
            "spec": pod,
        },
    }
    if replicas is not None:
        spec["replicas"] = replicas
    return spec
