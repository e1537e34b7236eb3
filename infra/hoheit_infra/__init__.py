"""Clusters, and the nodes behind a GpuNodePool."""

from .existing_cluster import (
    ExistingCluster,
    ExistingClusterArgs,
    ExistingClusterSettings,
)
from .existing_nodes import CpuNodes, ExistingNodes, LabelledNodes, SimulatedNodes

__all__ = [
    "CpuNodes",
    "ExistingCluster",
    "ExistingClusterArgs",
    "ExistingClusterSettings",
    "ExistingNodes",
    "LabelledNodes",
    "SimulatedNodes",
]
