"""GPU nodes of one kind, and the placement that workloads take from them."""

from typing import Any, Self

import pulumi
import pulumi_kubernetes as k8s
from pydantic import InstanceOf, model_validator

from ._args import PACKAGE, Args, DnsLabel, check_namespace, plain, validated
from ._node_template import node_template
from ._placement import GPU_TOLERATION
from ._pod_placement import placed
from .capacity import Claim, refusal
from .cluster import Cluster, NodeShape, on_cluster
from .device_plugin import DevicePluginSettings, PoolNodes, device_plugin
from .images import Images
from .location import Location
from .register import DataClass, Egress, OnDestroy, Store


class GpuNodePoolArgs(Args):
    """On which cluster, and which nodes."""

    cluster: InstanceOf[Cluster]
    """A cluster of ``hoheit_infra``, or any object that fulfils the contract."""
    spec: Any
    """Nodes in the words of the cluster's driver, for example ``SimulatedNodes``."""
    device_plugin: DevicePluginSettings | None = None
    """NVIDIA's device plugin for these nodes; None where the cluster's owner runs it."""
    images: Images | None = None
    """Required with ``device_plugin``."""

    @model_validator(mode="after")
    def _plugin_has_an_image(self) -> Self:
        if self.device_plugin is not None:
            check_namespace("device_plugin.namespace", self.device_plugin.namespace)
            if self.images is None:
                raise ValueError("images: required with device_plugin, which comes from there")
            self.images.check("device_plugin")
        return self


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
    autoscaler_tags: dict[str, str]
    """What the node group's owner tags it with, so that Cluster Autoscaler can scale it from no
    nodes; empty where the number of nodes is fixed."""
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
        self.ready = (*nodes.ready, *self._device_plugin(args))
        grows = self.shape.min_nodes is not None
        self.autoscaler_tags = node_template(self.shape, self.node_selector) if grows else {}
        self.location = nodes.location
        self.stores = (_node_disks(name, nodes.location),)
        self.egress = ()
        self.register_outputs(
            {
                "nodeSelector": self.node_selector,
                "gpu": self.shape.gpu.name if self.shape.gpu else None,
                "gpusPerNode": self.shape.gpus,
                "gpuResource": self.shape.gpu_resource if self.shape.gpu else None,
                "minNodes": self.shape.min_nodes,
                "maxNodes": self.shape.max_nodes,
                "autoscalerTags": self.autoscaler_tags,
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
        if not isinstance(claim, Claim):  # pyright: ignore[reportUnnecessaryIsInstance]
            raise pulumi.RunError(
                f"GpuNodePool '{self._pool}': claim of '{name}': should be a Claim, with the room "
                "of one pod and the number of pods"
            )
        if name in self._claims:
            raise pulumi.RunError(
                f"GpuNodePool '{self._pool}': a service '{name}' has its room already; give the "
                "second one another name"
            )
        claims = {**self._claims, name: claim}
        if why := refusal(claims, self.shape.room, self.shape.max_nodes):
            raise pulumi.RunError(f"GpuNodePool '{self._pool}': {why}")
        self._claims = claims
        if self.shape.min_nodes == 0 and claim.keeps_running:
            pulumi.log.warn(
                f"pool '{self._pool}' may go down to no nodes, but '{name}' always runs, so its "
                "nodes stay; let it scale to zero (autoscaling.min_replicas: 0) to have them go",
                self,
            )

    def place(self, pod: k8s.core.v1.PodSpecArgsDict) -> k8s.core.v1.PodSpecArgsDict:
        """Return a pod spec of your own with what leads it onto these nodes.

        Its GPUs are not counted: :meth:`claim` does that.

        Raises:
            pulumi.RunError: if it asks for no GPU, a part of one, another number than its limit,
                more than a node has, or by another name; or brings a toleration of the taint.
        """
        try:
            return placed(
                pod,
                node_selector=self.node_selector,
                gpu_resource=self.shape.gpu_resource,
                gpus_per_node=self.shape.gpus,
            )
        except ValueError as error:
            raise pulumi.RunError(f"GpuNodePool '{self._pool}': {error}") from None

    def _device_plugin(self, args: GpuNodePoolArgs) -> list[pulumi.Resource]:
        if args.device_plugin is None or args.images is None:
            return []
        if self.shape.gpu is None:
            raise pulumi.RunError(
                f"GpuNodePool '{self._pool}': device_plugin: the nodes have no GPU; leave it out"
            )
        nodes = PoolNodes(
            cluster=self.cluster,
            shape=self.shape,
            node_selector=self.node_selector,
            tolerations=self.tolerations,
        )
        options = on_cluster(self.cluster, pulumi.ResourceOptions(parent=self))
        return [device_plugin(self._pool, args.device_plugin, nodes, args.images, options)]


def _node_disks(pool: str, location: Location) -> Store:
    return Store(
        name=f"node disks of pool '{pool}'",
        data_class=DataClass.IMAGES,
        medium="images, container logs and emptyDir volumes on the nodes' own disks",
        location=location,
        on_destroy=OnDestroy.RETAIN,
    )
