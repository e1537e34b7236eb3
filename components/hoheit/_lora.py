"""LoRA adapters of one server: which go together, how they come, and what the engine is told."""

from __future__ import annotations

import hashlib
import json
import math
import re
from typing import TYPE_CHECKING

from ._lora_ranks import reserved_rank
from ._weights import SPARE, object_prefix
from .model_weights import ModelWeights, WeightsSource

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pulumi_kubernetes.core.v1 import VolumeArgsDict, VolumeMountArgsDict

    from .lora import LoraAdapter
    from .object_store import ObjectStore

ADAPTERS = "/adapters"
"""Where adapters lie that were copied out of the object store."""
CLAIMED = "/claimed-adapters"
"""Where adapters of claims are mounted: not below the former, which the server may not write to."""
_VOLUME = "adapters"
_WEIGHTS_FILE = "adapter_model.safetensors"
_CONFIG_FILE = "adapter_config.json"
_DIGITS = 7
"""As git abbreviates a commit; a mirror of a service takes its name from them."""
_MIB_PER_GIB = 1024


def adapter_key(adapter: LoraAdapter) -> str:
    """Return a few digits that change whenever the adapter does."""
    parts = (adapter.name, adapter.weights_digest, adapter.config_digest)
    return hashlib.sha256(" ".join(parts).encode()).hexdigest()[:_DIGITS]


def adapter_path(adapter: LoraAdapter) -> str:
    """Return its directory in a container; other bytes lie elsewhere, so pods change with them."""
    readable = re.sub(r"[^A-Za-z0-9]+", "-", adapter.name).strip("-")
    return f"{ADAPTERS if is_copied(adapter) else CLAIMED}/{readable}-{adapter_key(adapter)}"


def is_copied(adapter: LoraAdapter) -> bool:
    """Tell whether server pods copy the adapter out of the object store."""
    return adapter.source is not WeightsSource.PVC


def adapter_unit(adapter: LoraAdapter) -> ModelWeights:
    """Return an adapter of a hub as the unit that a mirror brings, both files locked."""
    return ModelWeights(
        repository=adapter.repository,
        revision=adapter.revision,
        files=(_CONFIG_FILE, _WEIGHTS_FILE),
        digests={_CONFIG_FILE: adapter.config_digest, _WEIGHTS_FILE: adapter.weights_digest},
        size_gib=adapter.size_mib / _MIB_PER_GIB,
    )


def adapters_gib(adapters: Sequence[LoraAdapter]) -> int:
    """Return the room in GiB that copied adapters take on the node's disk."""
    mib = sum(adapter.size_mib for adapter in adapters if is_copied(adapter))
    return math.ceil(mib * SPARE / _MIB_PER_GIB)


def adapter_argument(adapter: LoraAdapter, store: ObjectStore | None) -> str:
    """Return what the fetcher is told of an adapter, to compare it with the files."""
    told = {
        "name": adapter.name,
        "path": adapter_path(adapter),
        "base": adapter.base,
        "rank": adapter.rank,
        "target_modules": sorted(adapter.target_modules),
        "config_sha256": adapter.config_digest.removeprefix("sha256:"),
        "weights_sha256": adapter.weights_digest.removeprefix("sha256:"),
    }
    if store is not None and is_copied(adapter):
        told["prefix"] = object_prefix(adapter, store)
    return f"--adapter={json.dumps(told)}"


def lora_flags(adapters: Sequence[LoraAdapter], max_loras: int) -> list[str]:
    """Return the engine's flags: room for the largest rank, and all adapters in host memory."""
    if not adapters:
        return []
    rank = max(reserved_rank(adapter.rank) for adapter in adapters)
    modules = [f"{adapter.name}={adapter_path(adapter)}" for adapter in adapters]
    return [
        "--enable-lora",
        f"--max-lora-rank={rank}",
        f"--max-loras={max_loras}",
        f"--max-cpu-loras={len(adapters)}",
        # A list: the flag takes all words up to the next flag, and the last one of two flags wins.
        "--lora-modules",
        *modules,
    ]


def adapter_volumes(adapters: Sequence[LoraAdapter]) -> list[VolumeArgsDict]:
    """Return the volume of the copied adapters, and one for each claim."""
    volumes: list[VolumeArgsDict] = []
    if room := adapters_gib(adapters):
        volumes.append({"name": _VOLUME, "empty_dir": {"size_limit": f"{room}Gi"}})
    for adapter in adapters:
        if not is_copied(adapter):
            volumes.append(
                {
                    "name": _claim_volume(adapter),
                    "persistent_volume_claim": {
                        "claim_name": _claim(adapter)[0],
                        "read_only": True,
                    },
                }
            )
    return volumes


def adapter_mounts(
    adapters: Sequence[LoraAdapter], *, read_only: bool
) -> list[VolumeMountArgsDict]:
    """Return the mounts of a container that reads adapters, or of the one that copies them."""
    mounts: list[VolumeMountArgsDict] = []
    if adapters_gib(adapters):
        mounts.append({"name": _VOLUME, "mount_path": ADAPTERS, "read_only": read_only})
    for adapter in adapters:
        if not is_copied(adapter):
            mount: VolumeMountArgsDict = {
                "name": _claim_volume(adapter),
                "mount_path": adapter_path(adapter),
                "read_only": True,
            }
            if path := _claim(adapter)[1]:
                mount["sub_path"] = path
            mounts.append(mount)
    return mounts


def _claim(adapter: LoraAdapter) -> tuple[str, str]:
    name, _, path = (adapter.uri or "").removeprefix("pvc://").partition("/")
    return name, path.strip("/")


def _claim_volume(adapter: LoraAdapter) -> str:
    return f"adapter-{adapter_key(adapter)}"
