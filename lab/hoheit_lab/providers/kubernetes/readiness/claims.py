"""Volumes and claims on them."""

from typing import Any

from hoheit_lab.providers.kubernetes.cluster import Cluster
from hoheit_lab.providers.kubernetes.kinds import Kind

from .verdict import READY, Verdict, failed, waiting

_STORAGE_CLASS = Kind("storage.k8s.io/v1", "StorageClass")


def persistent_volume_claim(obj: dict[str, Any], cluster: Cluster) -> Verdict:
    """Bound, or pending because its storage class waits for the first pod that uses it."""
    phase = (obj.get("status") or {}).get("phase")
    if phase == "Bound":
        return READY
    if phase == "Lost":
        return failed("its volume is lost")
    name = obj["spec"].get("storageClassName")
    storage_class = cluster.find(_STORAGE_CLASS, None, name) if name else None
    if (storage_class or {}).get("volumeBindingMode") == "WaitForFirstConsumer":
        return READY if phase == "Pending" else waiting("waiting for its controller")
    reasons = cluster.warnings(obj)[-1:]
    if name and storage_class is None:
        reasons.insert(0, f"there is no StorageClass {name}")
    elif not name:
        reasons.insert(0, "it names no StorageClass, and no default one filled it in")
    return waiting("waiting for it to be bound", reasons)


def persistent_volume(obj: dict[str, Any], cluster: Cluster) -> Verdict:
    """Available for claims, or taken by one."""
    del cluster
    phase = (obj.get("status") or {}).get("phase")
    if phase == "Failed":
        return failed("the volume failed", [str((obj.get("status") or {}).get("message", ""))])
    return READY if phase in {"Available", "Bound"} else waiting("waiting for it to be available")
