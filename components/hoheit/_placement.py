"""How GPU nodes are marked, and so how pods find them and others stay off."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pulumi_kubernetes.core.v1 import TaintArgsDict, TolerationArgsDict

GPU_RESOURCE = "nvidia.com/gpu"
"""Extended resource that NVIDIA's device plugin offers."""
POOL_LABEL = "hoheit/pool"
"""Label of nodes that a driver makes, with the pool's name."""
GPU_TAINT: TaintArgsDict = {"key": GPU_RESOURCE, "value": "present", "effect": "NoSchedule"}
"""Taint of every GPU node, whoever makes it."""
GPU_TAINT_TEXT = "present:NoSchedule"
"""Value and effect of the taint, as tags of a node group write them."""
GPU_TOLERATION: TolerationArgsDict = {
    "key": GPU_RESOURCE,
    "operator": "Exists",
    "effect": "NoSchedule",
}
"""What lets a pod onto GPU nodes."""
