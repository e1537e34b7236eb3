"""GPU nodes of one kind, and the placement that workloads take from them."""

from typing import Any

import pulumi
import pulumi_kubernetes as k8s
from pydantic import InstanceOf

from ._args import PACKAGE, Args, DnsLabel, plain, validated
from ._placement import GPU_TOLERATION
from .capacity import Claim, refusal
from .cluster import Cluster, NodeShape
from .location import Location
from .register import DataClass, Egress, OnDestroy, Store


class GpuNodePoolArgs(Args):
    """On which cluster, and which nodes."""

    cluster: InstanceOf[Cluster]
    """A cluster of ``hoheit_infra``, or any object that fulfils the contract."""
    spec: Any
    """Nodes in the words of the cluster's driver, for example ``SimulatedNodes``."""


class _Name(Args):
    name: DnsLabel


class GpuNodePool(pulumi.ComponentResource):
    """GPU nodes with a taint, and the one way to get onto them.

    For a trial without GPUs the nodes may have none; then nothing is tainted.

    Creates whatever the cluster's driver needs for the nodes. Workloads take
    :attr:`node_selector` and :attr:`tolerations` from here, wait for :attr:`ready`, and
    :meth:`claim` their share.
    """

    cluster: Cluster
    shape: NodeShape
    """One node, in plain numbers."""
    node_selector: dict[str, str]
    """Labels that only this pool's nodes carry."""
    tolerations: list[k8s.core.v1.TolerationArgsDict]
    """What lets a pod onto the tainted nodes; nothing, where nodes without GPU have no taint."""
    ready: tuple[pulumi.Resource, ...]
    """Every workload depends on these, so that destroy removes pods before nodes."""
    location: Location
    stores: tuple[Store, ...]
    egress: tuple[Egress, ...]

    def __init__(
        self, name: str, args: GpuNodePoolArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        args = validated(GpuNodePoolArgs, args, f"GpuNodePool '{name}'")
        validated(_Name, {"name": name}, f"GpuNodePool '{name}'")
        super().__init__(f"{PACKAGE}:index:GpuNodePool", name, None, opts)
        self._pool = name
        self._claims: dict[str, Claim] = {}
        nodes = args.cluster.gpu_nodes(
            name,
            args.spec,
            pulumi.ResourceOptions(parent=self, depends_on=[args.cluster.ready]),
        )
        self.cluster = args.cluster
        self.shape = nodes.shape
        self.node_selector = nodes.node_selector
        self.tolerations = [GPU_TOLERATION] if self.shape.gpu else []
        self.ready = nodes.ready
        self.location = nodes.location
        self.stores = (_node_disks(name, nodes.location),)
        self.egress = ()
        self.register_outputs(
            {
                "nodeSelector": self.node_selector,
                "gpu": self.shape.gpu.name if self.shape.gpu else None,
                "gpusPerNode": self.shape.gpus,
                "maxNodes": self.shape.max_nodes,
                "stores": plain(self.stores),
                "egress": plain(self.egress),
            }
        )

    def claim(self, name: str, claim: Claim) -> None:
        """Take room for the pods of the service ``name``.

        Raises:
            pulumi.RunError: if one pod fits on no node, or all claims together on no set of nodes,
                or a service of this name has its room already.
        """
        if name in self._claims:
            raise pulumi.RunError(
                f"GpuNodePool '{self._pool}': a service '{name}' has its room already; give the "
                "second one another name"
            )
        claims = {**self._claims, name: claim}
        if why := refusal(claims, self.shape.room, self.shape.max_nodes):
            raise pulumi.RunError(f"GpuNodePool '{self._pool}': {why}")
        self._claims = claims


def _node_disks(pool: str, location: Location) -> Store:
    return Store(
        name=f"node disks of pool '{pool}'",
        data_class=DataClass.IMAGES,
        medium="images, container logs and emptyDir volumes on the nodes' own disks",
        location=location,
        on_destroy=OnDestroy.RETAIN,
    )
