"""What an autoscaler has to know of nodes of which there is none to look at."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ._placement import GPU_RESOURCE, GPU_TAINT_TEXT

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .cluster import NodeShape

_TEMPLATE = "k8s.io/cluster-autoscaler/node-template"
"""Prefix of the tags on a node group: cluster-autoscaler, cloudprovider/aws README, "Auto-Discovery
Setup", scaling a node group to 0."""


def node_template(shape: NodeShape, node_selector: Mapping[str, str]) -> dict[str, str]:
    """Return the tags by which Cluster Autoscaler scales a pool up from no nodes.

    Without them it does not know that a new node would have the label and the GPU that a pending
    pod asks for, and adds none.
    """
    tags = {f"{_TEMPLATE}/label/{key}": value for key, value in sorted(node_selector.items())}
    if shape.gpu is not None:
        tags[f"{_TEMPLATE}/taint/{GPU_RESOURCE}"] = GPU_TAINT_TEXT
        tags[f"{_TEMPLATE}/resources/{shape.gpu_resource}"] = str(shape.gpus)
    tags[f"{_TEMPLATE}/resources/cpu"] = f"{shape.cpu_millicores}m"
    tags[f"{_TEMPLATE}/resources/memory"] = f"{shape.memory_mib}Mi"
    tags[f"{_TEMPLATE}/resources/ephemeral-storage"] = f"{shape.disk_gib}Gi"
    return tags
