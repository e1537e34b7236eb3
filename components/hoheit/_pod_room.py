"""How much of a node one server pod takes, beyond what its settings ask for."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from ._lora import adapters_gib
from ._weights import is_pulled, volume_gib
from .capacity import Room

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .capabilities import StorageChoice
    from .lora import LoraAdapter
    from .model_weights import ModelWeights

CACHE_GIB = 10
"""Compiled kernels and graphs of the engine; room for several models."""
TEMPORARY_GIB = 2
GATEWAY_CPU_MILLICORES = 100
GATEWAY_MEMORY_MIB = 128


_LEAST_SHARED_MIB = 2048
_BROADCAST_MIB = 160 + 24
"""Queues from the scheduler to all workers, and among them (vLLM 0.32.0 wheel,
vllm/distributed/device_communicators/shm_broadcast.py and parallel_state.py): ten chunks of 16 MiB,
six of 4 MiB."""
_RESPONSE_MIB = 240
"""The queue of one worker back: ten chunks of 24 MiB, likewise."""
_NCCL_MIB = 128
"""What NCCL may share for one GPU where GPUs have no link of their own; an assumption."""
_MIB_PER_GIB = 1024


def shared_memory_gib(gpus: int) -> int:
    """Return the size of /dev/shm in a server pod, which counts against its memory limit.

    The engine stops when a queue does not fit; what is never written to takes no memory.
    """
    needed = _BROADCAST_MIB + gpus * (_RESPONSE_MIB + _NCCL_MIB)
    return math.ceil(max(_LEAST_SHARED_MIB, needed) / _MIB_PER_GIB)


def server_room(  # noqa: PLR0913 - each is a part of a pod, by name
    weights: ModelWeights,
    *,
    storage: StorageChoice,
    adapters: Sequence[LoraAdapter],
    gpus: int,
    cpu_millicores: int,
    memory_mib: int,
) -> Room:
    """Return what the scheduler takes off a node for one pod: engine, gateway and volumes.

    A volume of a StorageClass is none of the node's own disk.
    """
    own_disk = is_pulled(weights) and storage.storage_class is None
    held = (volume_gib(weights) if own_disk else 0) + adapters_gib(adapters)
    return Room(
        gpus=gpus,
        cpu_millicores=cpu_millicores + GATEWAY_CPU_MILLICORES,
        memory_mib=memory_mib + GATEWAY_MEMORY_MIB,
        disk_gib=held + CACHE_GIB + TEMPORARY_GIB,
    )
