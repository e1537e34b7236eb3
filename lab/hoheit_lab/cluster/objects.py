"""What every lab cluster holds from the start: two simulated nodes and a storage class."""

import json
from typing import Any

from .api import Api

NODES = ("lab-node-0", "lab-node-1")
NODE_CAPACITY = {"cpu": "4", "memory": "16Gi", "ephemeral-storage": "100Gi", "pods": "110"}
NODE_KIND = "hoheit-lab/node"
"""Label that says whether a node of the lab is `real` or `simulated`."""
SIMULATION = "kwok.x-k8s.io/node"
"""Annotation of nodes that exist only as objects."""
TAINT = {"key": SIMULATION, "value": "fake", "effect": "NoSchedule"}
PROVISIONER = "hoheit-lab/simulated"
DEFAULT_CLASS = "storageclass.kubernetes.io/is-default-class"
"""Annotation of the class that claims without one get: with a real node, its class."""


def apply_objects(api: Api, *, real: bool) -> None:
    """Brings the cluster's own objects to their form; running it again changes nothing.

    Args:
        api: The API server.
        real: Whether there is a real node: what nobody sent to a simulated one belongs there.
    """
    api.apply("/apis/storage.k8s.io/v1/storageclasses/standard", _storage_class(default=not real))
    for name in NODES:
        api.apply(f"/api/v1/nodes/{name}", node(name, tainted=real))


def node(name: str, *, tainted: bool) -> dict[str, Any]:
    """Returns a simulated node; tainted, it takes only pods that say so."""
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
                NODE_KIND: "simulated",
            },
            "annotations": {
                SIMULATION: "fake",
                "hoheit-lab/capacity": json.dumps(NODE_CAPACITY),
            },
        },
        "spec": {"taints": [TAINT] if tainted else []},
    }


def _storage_class(*, default: bool) -> dict[str, Any]:
    return {
        "apiVersion": "storage.k8s.io/v1",
        "kind": "StorageClass",
        "metadata": {
            "name": "standard",
            "annotations": {DEFAULT_CLASS: str(default).lower()},
        },
        "provisioner": PROVISIONER,
        "reclaimPolicy": "Delete",
        "volumeBindingMode": "Immediate",
        "allowVolumeExpansion": True,
    }
