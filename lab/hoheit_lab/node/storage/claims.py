"""What PersistentVolumeClaims and PersistentVolumes ask of the provisioner."""

from pathlib import Path
from typing import Any

from .classes import PROVISIONER

ASKED = "volume.kubernetes.io/storage-provisioner"
"""Annotation with which the controller manager says whose turn it is."""

SELECTED_NODE = "volume.kubernetes.io/selected-node"
"""Annotation with which the scheduler says where the pod goes that uses a claim."""

PROVISIONED_BY = "pv.kubernetes.io/provisioned-by"

Object = dict[str, Any]


def waits(claim: Object, node: str) -> bool:
    """Says whether a claim has no volume yet and is to get one on `node`."""
    annotations = claim["metadata"].get("annotations", {})
    return (
        annotations.get(ASKED) == PROVISIONER
        # Absent where a class binds at once; then the volume decides where the pod goes.
        and annotations.get(SELECTED_NODE, node) == node
        and not claim["spec"].get("volumeName")
        and "deletionTimestamp" not in claim["metadata"]
    )


def refusal(claim: Object) -> str | None:
    """Returns why a claim cannot be served, or None."""
    spec = claim["spec"]
    if spec.get("volumeMode", "Filesystem") != "Filesystem":
        return f"volumeMode {spec['volumeMode']}: the lab's node has directories, no devices"
    for field in ("dataSource", "dataSourceRef", "selector"):
        if spec.get(field):
            return f"{field}: the lab's node makes empty volumes only; leave it out"
    return None


def volume_name(claim: Object) -> str:
    """Names the volume of a claim; asking twice gives the same volume."""
    return f"pvc-{claim['metadata']['uid']}"


def volume(claim: Object, storage_class: Object, node: str, path: Path) -> Object:
    """Returns the PersistentVolume that binds a claim to a directory of the node.

    Of type `local`: the kubelet honours `fsGroup` there, and never creates a directory that has
    gone missing.
    """
    metadata, spec = claim["metadata"], claim["spec"]
    return {
        "apiVersion": "v1",
        "kind": "PersistentVolume",
        "metadata": {
            "name": volume_name(claim),
            "annotations": {PROVISIONED_BY: PROVISIONER},
        },
        "spec": {
            "accessModes": spec["accessModes"],
            "capacity": {"storage": spec["resources"]["requests"]["storage"]},
            "volumeMode": "Filesystem",
            "persistentVolumeReclaimPolicy": storage_class.get("reclaimPolicy", "Delete"),
            "storageClassName": storage_class["metadata"]["name"],
            "claimRef": {
                "apiVersion": "v1",
                "kind": "PersistentVolumeClaim",
                "namespace": metadata["namespace"],
                "name": metadata["name"],
                "uid": metadata["uid"],
            },
            "local": {"path": str(path)},
            "nodeAffinity": {"required": {"nodeSelectorTerms": [_only_on(node)]}},
        },
    }


def is_ours(volume: Object) -> bool:
    """Says whether this provisioner made a volume."""
    annotations = volume["metadata"].get("annotations", {})
    return annotations.get(PROVISIONED_BY) == PROVISIONER


def is_released(volume: Object) -> bool:
    """Says whether nobody claims a volume any more and it is to be deleted."""
    return (
        volume.get("status", {}).get("phase") == "Released"
        and volume["spec"]["persistentVolumeReclaimPolicy"] == "Delete"
    )


def _only_on(node: str) -> Object:
    return {
        "matchExpressions": [
            {"key": "kubernetes.io/hostname", "operator": "In", "values": [node]},
        ]
    }
