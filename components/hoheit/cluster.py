"""What a component may expect of a cluster, whoever built it."""

from collections.abc import Sequence
from enum import StrEnum
from typing import Any, Protocol, Self, runtime_checkable

import pulumi
import pulumi_kubernetes as k8s
from hoheit_facts import Gpu
from pydantic import Field, model_validator

from ._args import Args, InputStr, ObjectName
from .capacity import Room
from .location import UNKNOWN, DeclaredLocation, Fact, Location, where
from .network import ClusterNetwork


class StoragePurpose(StrEnum):
    """What a volume is for."""

    MODEL_CACHE = "model-cache"
    """Weights of one pod, for the pod's life."""
    DATABASE = "database"
    METRICS = "metrics"
    """Time series."""
    OBJECTS = "objects"
    """Objects of an S3 server inside the cluster."""


class StorageChoice(Args):
    """The volume that a cluster offers for a purpose, and what is known of the disks below."""

    storage_class: str | None
    """StorageClass of a claim; None for the node's own disk, an emptyDir."""
    location: Location = Location()
    """Where the disks are; of a node's own disk it is the node that knows."""
    encryption: Fact = UNKNOWN
    key_holder: Fact = UNKNOWN


class StorageClass(Args):
    """A StorageClass of the cluster, as stated."""

    name: ObjectName
    encrypted: bool | None = None
    """None: nobody stated it."""
    read_write_many: bool = False
    location: DeclaredLocation | None = None
    """Where its disks are; unknown where nobody declares it."""
    encryption: str | None = None
    """How its volumes are encrypted, as declared in ``location.declaration``."""
    key_holder: str | None = None
    """Who holds the keys, likewise."""

    @model_validator(mode="after")
    def _somebody_said_so(self) -> Self:
        for field in ("encryption", "key_holder"):
            if getattr(self, field) is not None and self.location is None:
                raise ValueError(f"{field}: needs location with its declaration, else nobody said")
        if self.encrypted is False and self.encryption is not None:
            raise ValueError("encryption: given, but encrypted is false; leave out one of the two")
        return self

    def choice(self) -> StorageChoice:
        """Return the class as the volume for a purpose, each fact with its declaration."""
        return StorageChoice(
            storage_class=self.name,
            location=where(self.location),
            encryption=self._declared(self.encryption),
            key_holder=self._declared(self.key_holder),
        )

    def _declared(self, value: str | None) -> Fact:
        if value is None or self.location is None:
            return UNKNOWN
        return Fact(value=value, source=self.location.source())


class NetworkPolicyEnforcement(StrEnum):
    """Which CNI gives NetworkPolicy objects their meaning."""

    CILIUM = "cilium"
    CALICO = "calico"
    KUBE_ROUTER = "kube-router"
    VPC_CNI = "vpc-cni"
    KINDNET = "kindnet"
    """The CNI of kind, which enforces since kind 0.24."""
    NONE = "none"
    """Objects are accepted and ignored."""
    UNKNOWN = "unknown"


class IdentityMechanism(StrEnum):
    """How a pod proves to a cloud who it is."""

    STATIC_SECRET = "static-secret"  # noqa: S105 - the mechanism's name, not a secret
    POD_IDENTITY = "pod-identity"
    IRSA = "irsa"


class Capabilities(Args):
    """Plain facts about a cluster, known in preview."""

    gpu_runtime_class: ObjectName | None = None
    """RuntimeClass that GPU pods name; None where the default runtime serves them."""
    storage_classes: tuple[StorageClass, ...] = ()
    """The first one serves databases, metrics and objects."""
    model_cache_storage_class: ObjectName | None = None
    """StorageClass of fast node-local volumes for weights; None takes the node's own disk."""
    network_policy: NetworkPolicyEnforcement = NetworkPolicyEnforcement.UNKNOWN
    identity: IdentityMechanism = IdentityMechanism.STATIC_SECRET
    simulated: bool = False
    """Pods are scheduled and reported ready, but no container runs."""

    @model_validator(mode="after")
    def _classes_are_named_once(self) -> Self:
        names = [offered.name for offered in self.storage_classes]
        if twice := sorted({name for name in names if names.count(name) > 1}):
            raise ValueError(f"storage_classes: {', '.join(twice)} stands there more than once")
        return self


class NodeShape(Args):
    """The nodes of one pool, all alike."""

    gpu: Gpu | None
    """None: the nodes have no GPU, for a trial with the engine's CPU build."""
    gpus: int = Field(ge=0)
    """GPUs on one node."""
    cpu_millicores: int = Field(gt=0)
    """Allocatable CPU of one node, DaemonSets already taken off."""
    memory_mib: int = Field(gt=0)
    """Allocatable memory of one node in MiB, DaemonSets already taken off."""
    disk_gib: int = Field(gt=0)
    """Allocatable ephemeral storage of one node in GiB."""
    max_nodes: int = Field(ge=1)
    """Nodes that the pool can grow to."""

    @model_validator(mode="after")
    def _gpus_are_of_a_kind(self) -> Self:
        if (self.gpu is None) != (self.gpus == 0):
            raise ValueError("gpus: 0 where there is no gpu, at least 1 where there is one")
        return self

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
