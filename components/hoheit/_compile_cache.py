"""The kernels that the engine has compiled, kept for the next pod where the storage allows it.

What lies there is code that the engine loads: the volume belongs to one service, and nobody else
mounts it.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from hoheit_facts import ENGINE

from ._pod_room import CACHE_GIB
from .location import Fact, Source, SourceKind
from .register import DataClass, OnDestroy, Store

if TYPE_CHECKING:
    import pulumi
    from pulumi_kubernetes.core.v1 import (
        PersistentVolumeClaimSpecArgsDict,
        VolumeArgsDict,
        VolumeMountArgsDict,
    )

    from .capabilities import StorageChoice
    from .model_weights import ModelWeights

VOLUME = "compiled"
_PATH = f"/home/{ENGINE.user_name}/.cache/vllm"
"""``VLLM_CACHE_ROOT`` by default: the engine's own place below its home."""
_KEY_CHARACTERS = 10


@dataclass(frozen=True, kw_only=True)
class CompileCache:
    """A volume that outlives pods."""

    claim: pulumi.Input[str]
    """Name of its claim."""

    @property
    def volume(self) -> VolumeArgsDict:
        """The volume of a server pod."""
        return {"name": VOLUME, "persistent_volume_claim": {"claim_name": self.claim}}

    @property
    def mount(self) -> VolumeMountArgsDict:
        """Where the engine finds it."""
        return {"name": VOLUME, "mount_path": _PATH}


def cache_key(image: str, weights: ModelWeights, device: str) -> str:
    """Return what kernels are compiled for, as part of a name.

    The engine keeps apart what its own settings change (vLLM 0.32.0 wheel: vllm/compilation/
    backends.py hashes configuration, environment and code). Another engine, model or GPU gets
    another volume, and the old one goes.
    """
    model = [weights.name, weights.revision or weights.uri or "", weights.manifest_digest or ""]
    parts = "\n".join([image, *model, device])
    return hashlib.sha256(parts.encode()).hexdigest()[:_KEY_CHARACTERS]


def claim_spec(storage_class: str) -> PersistentVolumeClaimSpecArgsDict:
    """Return the spec of the claim: all pods of a service write to it, on whatever node."""
    return {
        "access_modes": ["ReadWriteMany"],
        "storage_class_name": storage_class,
        "resources": {"requests": {"storage": f"{CACHE_GIB}Gi"}},
    }


def cache_store(name: str, storage: StorageChoice) -> Store:
    """Return the entry of the volume in the register."""
    derived = Source(kind=SourceKind.DERIVED, by=f"VllmService '{name}'")
    return Store(
        name=f"{name}: compiled kernels kept for the next pod",
        data_class=DataClass.CACHE,
        medium=f"shared volume of storage class {storage.storage_class}",
        location=storage.location,
        encryption=storage.encryption,
        key_holder=storage.key_holder,
        retention=Fact(value="until model, image or GPU change", source=derived),
        on_destroy=OnDestroy.DELETE,
    )
