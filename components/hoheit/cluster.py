"""What a component may expect of a cluster, whoever built it."""

from collections.abc import Sequence
from enum import StrEnum
from typing import Any, Protocol, Self, runtime_checkable

import pulumi
import pulumi_kubernetes as k8s
from hoheit_facts import Gpu
from pydantic import Field, model_validator

from ._args import Args, InputStr
from ._gpu_share import check_share, check_utilization
from ._placement import GPU_RESOURCE
from .capabilities import Capabilities, StorageChoice, StoragePurpose
from .capacity import Room
from .location import Location
from .network import ClusterNetwork


class NodeShape(Args):
    """The nodes of one pool, all alike."""

    gpu: Gpu | None
    """None: the nodes have no GPU, for a trial with the engine's CPU build."""
    gpus: int = Field(ge=0)
    """GPUs on one node; slices of GPUs, where ``gpu_resource`` names slices."""
    gpu_resource: str = Field(default=GPU_RESOURCE, pattern=r"^[a-z0-9.-]+/[A-Za-z0-9._-]+$")
    """Extended resource that a pod asks for: whole GPUs, or slices as the device plugin names them
    (``nvidia.com/mig-1g.10gb``, ``nvidia.com/gpu.shared``)."""
    cpu_millicores: int = Field(gt=0)
    """Allocatable CPU of one node, DaemonSets already taken off."""
    memory_mib: int = Field(gt=0)
    """Allocatable memory of one node in MiB, DaemonSets already taken off."""
    disk_gib: int = Field(gt=0)
    """Allocatable ephemeral storage of one node in GiB."""
    max_nodes: int = Field(ge=1)
    """Nodes that the pool can grow to."""
    min_nodes: int | None = Field(default=None, ge=0)
    """Nodes that stay when no pod needs them; None where the number of nodes is fixed."""
    time_slices: int = Field(default=1, ge=1)
    """Pods that share the memory of one GPU; 1 where each has its own."""

    @model_validator(mode="after")
    def _gpus_are_of_a_kind(self) -> Self:
        if (self.gpu is None) != (self.gpus == 0):
            raise ValueError("gpus: 0 where there is no gpu, at least 1 where there is one")
        return self

    def check_share(self, gpus: int, gpu_memory_utilization: float) -> None:
        """Tell whether a replica can have ``gpus`` of what a node offers.

        Raises:
            ValueError: if it would span slices, or take the memory of those it shares a GPU with;
                beginning with the field that is too large.
        """
        check_share(gpus, self.gpu_resource)
        check_utilization(gpu_memory_utilization, self.time_slices)

    @property
    def room(self) -> Room:
        """What one node offers to pods."""
        return Room(
            gpus=self.gpus,
            cpu_millicores=self.cpu_millicores,
            memory_mib=self.memory_mib,
            disk_gib=self.disk_gib,
        )


class GpuNodes(Args):
    """What a driver returns for one pool."""

    shape: NodeShape
    node_selector: dict[str, str]
    """Labels that only the nodes of this pool carry."""
    location: Location
    ready: tuple[pulumi.Resource, ...]
    """What a workload waits for, and what outlives it on destroy."""


class WorkloadIdentity(Args):
    """What a ServiceAccount carries so that its pods may use cloud resources."""

    annotations: dict[str, InputStr] = Field(default_factory=dict)
    """May be outputs, for example the ARN of a role."""
    ready: tuple[pulumi.Resource, ...] = ()
    """What pods wait for, for example an association with a role."""


class Access(StrEnum):
    """What a pod may do with objects."""

    READ = "read"
    READ_WRITE = "read-write"


class ObjectStoreGrant(Args):
    """A right on one prefix of a bucket."""

    bucket: str
    prefix: str
    access: Access


@runtime_checkable
class Cluster(Protocol):
    """A cluster that components can run on. Drivers live outside this package."""

    @property
    def name(self) -> str:
        """Name of the cluster."""
        ...

    @property
    def provider(self) -> k8s.Provider:
        """Explicit provider of the cluster."""
        ...

    @property
    def ready(self) -> pulumi.Resource:
        """Barrier that every workload waits for."""
        ...

    @property
    def capabilities(self) -> Capabilities:
        """What the cluster can do."""
        ...

    @property
    def network(self) -> ClusterNetwork:
        """What network rules need to know."""
        ...

    @property
    def location(self) -> Location:
        """Where the control plane is."""
        ...

    @property
    def node_location(self) -> Location:
        """Where the nodes are that belong to no pool: all that needs no GPU runs there."""
        ...

    def gpu_nodes(self, name: str, spec: Any, opts: pulumi.ResourceOptions) -> GpuNodes:
        """Make the nodes of one pool from a spec of this driver."""
        ...

    def storage(self, purpose: StoragePurpose) -> StorageChoice:
        """Return the volume for a purpose.

        Raises:
            pulumi.RunError: if the cluster has none that suits.
        """
        ...

    def workload_identity(
        self,
        name: str,
        *,
        namespace: InputStr,
        account: str,
        grants: Sequence[ObjectStoreGrant],
        opts: pulumi.ResourceOptions,
    ) -> WorkloadIdentity:
        """Return the identity of a ServiceAccount that needs ``grants``.

        A driver that creates a role for it names its resources after ``name`` and gives them
        ``opts``, which carry the parent.
        """
        ...

    def image(self, reference: str) -> str:
        """Rewrite an image reference to the cluster's mirror."""
        ...


def on_cluster(cluster: Cluster, opts: pulumi.ResourceOptions | None) -> pulumi.ResourceOptions:
    """Return ``opts`` with the cluster's provider, so that no child lands on another cluster."""
    return pulumi.ResourceOptions.merge(
        opts or pulumi.ResourceOptions(), pulumi.ResourceOptions(providers=[cluster.provider])
    )
