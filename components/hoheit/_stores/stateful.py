"""One server over one volume: the StatefulSet, its claim, and what becomes of both."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hoheit._deployment_spec import CONFIG_HASH_ANNOTATION
from hoheit.register import OnDestroy

if TYPE_CHECKING:
    from pulumi_kubernetes.apps.v1 import StatefulSetSpecArgsDict
    from pulumi_kubernetes.core.v1 import PodSpecArgsDict

    from hoheit.cluster import StorageChoice


def stateful_set_spec(  # noqa: PLR0913 - each is a field of the spec, by name
    pod: PodSpecArgsDict,
    *,
    service: str,
    selector: dict[str, str],
    labels: dict[str, str],
    storage: StorageChoice,
    volume_gib: int,
    on_destroy: OnDestroy,
    configuration: str,
) -> StatefulSetSpecArgsDict:
    """Return the spec of one replica whose volume ``data`` outlives every pod.

    With ``retain`` the claim outlives the StatefulSet too, and the next one of the same name in
    the same namespace finds it.
    """
    when_deleted = "Retain" if on_destroy is OnDestroy.RETAIN else "Delete"
    return {
        "replicas": 1,
        "service_name": service,
        "selector": {"match_labels": selector},
        "persistent_volume_claim_retention_policy": {
            "when_deleted": when_deleted,
            "when_scaled": "Retain",
        },
        "volume_claim_templates": [
            {
                "metadata": {"name": "data", "labels": selector},
                "spec": {
                    "access_modes": ["ReadWriteOnce"],
                    "storage_class_name": storage.storage_class,
                    "resources": {"requests": {"storage": f"{volume_gib}Gi"}},
                },
            }
        ],
        "template": {
            "metadata": {
                "labels": labels,
                "annotations": {CONFIG_HASH_ANNOTATION: configuration},
            },
            "spec": pod,
        },
    }
