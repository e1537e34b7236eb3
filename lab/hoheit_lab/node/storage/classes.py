"""The storage classes of the real node."""

from typing import Any

from hoheit_lab.cluster.api import Api
from hoheit_lab.cluster.objects import DEFAULT_CLASS
from hoheit_lab.node.kubelet import LABELS

PROVISIONER = "hoheit-lab/node"
CLASS = "node"
SIZED_CLASS = "node-sized"
"""A volume of this class is full when it holds what the claim asked for."""

ENFORCE_SIZE = "enforceSize"
"""Parameter of a class: `"true"` gives each volume a file system of its own."""


def apply_storage(api: Api) -> None:
    """Brings the classes to their form; running it again changes nothing."""
    for storage_class in storage_classes():
        name = storage_class["metadata"]["name"]
        api.apply(f"/apis/storage.k8s.io/v1/storageclasses/{name}", storage_class)


def storage_classes() -> list[dict[str, Any]]:
    """Returns the classes of the node."""
    return [_storage_class(CLASS, {}), _storage_class(SIZED_CLASS, {ENFORCE_SIZE: "true"})]


def _storage_class(name: str, parameters: dict[str, str]) -> dict[str, Any]:
    return {
        "apiVersion": "storage.k8s.io/v1",
        "kind": "StorageClass",
        "metadata": {"name": name, "annotations": {DEFAULT_CLASS: str(name == CLASS).lower()}},
        "provisioner": PROVISIONER,
        "parameters": parameters,
        "reclaimPolicy": "Delete",
        "volumeBindingMode": "WaitForFirstConsumer",
        "allowVolumeExpansion": False,
        # So the scheduler sends a pod that needs a directory to no simulated node.
        "allowedTopologies": [
            {
                "matchLabelExpressions": [
                    {"key": label, "values": [value]} for label, value in LABELS.items()
                ]
            }
        ],
    }
