"""Volumes on the real node: a provisioner of PersistentVolumes that are directories."""

from .classes import CLASS, SIZED_CLASS, apply_storage

__all__ = ["CLASS", "SIZED_CLASS", "apply_storage"]
