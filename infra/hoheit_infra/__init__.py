"""Clusters, and the nodes behind a GpuNodePool."""

from .existing_cluster import (
    ExistingCluster,
    ExistingClusterArgs,
    ExistingClusterSettings,
)
from .existing_nodes import ExistingNodes, LabelledNodes, SimulatedNodes

__all__ = [
    "ExistingCluster",
    "ExistingClusterArgs",
    "ExistingClusterSettings",
    "ExistingNodes",
    "LabelledNodes",
    "SimulatedNodes",
]
