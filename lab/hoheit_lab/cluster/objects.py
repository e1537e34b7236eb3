"""What every lab cluster holds from the start: two simulated nodes and a storage class."""

import json
from typing import Any

from .api import Api

NODES = ("lab-node-0", "lab-node-1")
NODE_CAPACITY = {"cpu": "4", "memory": "16Gi", "ephemeral-storage": "100Gi", "pods": "110"}
PROVISIONER = "hoheit-lab/simulated"


def apply_objects(api: Api) -> None:
    """Brings the cluster's own objects to their form; running it again changes nothing."""
    api.apply("/apis/storage.k8s.io/v1/storageclasses/standard", _storage_class())
    for name in NODES:
        api.apply(f"/api/v1/nodes/{name}", _node(name))


def _node(name: str) -> dict[str, Any]:
    return {
        "apiVersion": "v1",
        "kind": "Node",
        "metadata": {
            "name": name,
            "labels": {
                "type": "kwok",
                "kubernetes.io/hostname": name,
                "kubernetes.io/os": "linux",
                "kubernetes.io/arch": "amd64",
            },
            "annotations": {
                "kwok.x-k8s.io/node": "fake",
                "hoheit-lab/capacity": json.dumps(NODE_CAPACITY),
            },
        },
    }


def _storage_class() -> dict[str, Any]:
    return {
        "apiVersion": "storage.k8s.io/v1",
        "kind": "StorageClass",
        "metadata": {
            "name": "standard",
            "annotations": {"storageclass.kubernetes.io/is-default-class": "true"},
        },
        "provisioner": PROVISIONER,
        "reclaimPolicy": "Delete",
        "volumeBindingMode": "Immediate",
        "allowVolumeExpansion": True,
    }
