"""One server over one volume: the spec of its StatefulSet."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hoheit._deployment_spec import CONFIG_HASH_ANNOTATION

if TYPE_CHECKING:
    from pulumi_kubernetes.apps.v1 import StatefulSetSpecArgsDict
    from pulumi_kubernetes.core.v1 import PodSpecArgsDict


def stateful_set_spec(
    pod: PodSpecArgsDict,
    *,
    service: str,
    selector: dict[str, str],
    labels: dict[str, str],
    configuration: str,
) -> StatefulSetSpecArgsDict:
    """Return the spec of one replica: its old pod is gone before the new one starts."""
    return {
        "replicas": 1,
        "service_name": service,
        "selector": {"match_labels": selector},
        "template": {
            "metadata": {
                "labels": labels,
                "annotations": {CONFIG_HASH_ANNOTATION: configuration},
            },
            "spec": pod,
        },
    }
