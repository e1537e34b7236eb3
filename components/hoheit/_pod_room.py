"""How much of a node one server pod takes, beyond what its settings ask for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ._weights import is_pulled, volume_gib
from .capacity import Room

if TYPE_CHECKING:
    from .model_weights import ModelWeights

CACHE_GIB = 10
"""Compiled kernels and graphs of the engine; room for several models."""
TEMPORARY_GIB = 2
GATEWAY_CPU_MILLICORES = 100
GATEWAY_MEMORY_MIB = 128


def server_room(weights: ModelWeights, *, gpus: int, cpu_millicores: int, memory_mib: int) -> Room:
    """Return what the scheduler takes off a node for one pod: engine, gateway and volumes."""
    held = volume_gib(weights) if is_pulled(weights) else 0
    return Room(
        gpus=gpus,
        cpu_millicores=cpu_millicores + GATEWAY_CPU_MILLICORES,
        memory_mib=memory_mib + GATEWAY_MEMORY_MIB,
        disk_gib=held + CACHE_GIB + TEMPORARY_GIB,
    )
