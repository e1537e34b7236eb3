"""What a pod may ask of nodes that offer slices of GPUs instead of whole ones."""

from __future__ import annotations

import math

from ._placement import GPU_RESOURCE


def check_share(gpus: int, resource: str) -> None:
    """Tell whether a replica can have ``gpus`` of what a pool offers.

    Raises:
        ValueError: if it would span slices: between MIG instances there is no peer-to-peer link
            (NVIDIA MIG User Guide, Deployment Considerations), and two time slices may be one GPU.
    """
    if gpus > 1 and resource != GPU_RESOURCE:
        raise ValueError(
            f"gpus: {gpus}, but the pool offers slices ({resource}), and a model cannot be split "
            "over slices; set gpus: 1, or take a pool of whole GPUs"
        )


def check_utilization(gpu_memory_utilization: float, time_slices: int) -> None:
    """Tell whether a replica leaves its share to the others on the same GPU.

    Raises:
        ValueError: if it does not. The engine takes its share of the whole GPU, whoever else is
            there, so the second of two at 0.92 does not start.
    """
    if gpu_memory_utilization * time_slices > 1:
        most = math.floor(100 / time_slices) / 100
        raise ValueError(
            f"engine.gpu_memory_utilization: {gpu_memory_utilization}, but {time_slices} pods of "
            f"the pool share the memory of one GPU (time_slices); set {most} or less"
        )
