"""A cluster that somebody runs already, as its owner describes it."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

import pulumi
import pulumi_kubernetes as k8s
from hoheit import (
    Capabilities,
    ClusterNetwork,
    DataClass,
    DeclaredLocation,
    Egress,
    GpuNodes,
    IdentityMechanism,
    InputStr,
    Location,
    NetworkPolicyEnforcement,
    ObjectStoreGrant,
    OnDestroy,
    StorageChoice,
    StoragePurpose,
    Store,
    WorkloadIdentity,
)
from hoheit.driver import GPU_TAINT, POOL_LABEL, Args, explain, plain, validated, where, written_as
from pydantic import Field, ValidationError

from .existing_nodes import EXISTING_NODES, AnyNodes, CpuNodes, LabelledNodes, SimulatedNodes
from .mirror import mirrored

_MIRROR = written_as(
    r"^([a-z0-9-]+(\.[a-z0-9-]+)+(:[0-9]+)?|[a-z0-9-]+:[0-9]+)(/[a-z0-9._/-]+)?$",
    "a mirror is a host with a dot or a port, and a path where it has one, without https://, such "
    "as mirror.example.internal/hoheit",
)
"""With a dot or a port, else a container runtime takes the host for a folder of Docker Hub."""

_NOT_ENFORCED = (NetworkPolicyEnforcement.NONE, NetworkPolicyEnforcement.UNKNOWN)


class ExistingClusterSettings(Args):
    """How to reach the cluster, and what its owner says of it, in plain values."""

    context: str = Field(min_length=1)
    """Context of the kubeconfig; never the current one, which changes behind a stack's back."""
    cluster_identifier: str = Field(min_length=1)
    """Name of the cluster that stays when addresses or certificates change; with another one,
    every resource would be replaced."""
    capabilities: Capabilities = Capabilities()
    network: ClusterNetwork = ClusterNetwork()
    location: DeclaredLocation | None = None
    """Where the control plane is; unknown where nobody declares it."""
    node_location: DeclaredLocation | None = None
    """Where the nodes are that belong to no pool; unknown where nobody declares it."""
    image_mirror: Annotated[str, _MIRROR] | None = None
    """Registry (and path) that holds every image under its original name."""


class ExistingClusterArgs(ExistingClusterSettings):
    """The same, and the way in."""

    kubeconfig: InputStr | None = None
    """Content of a kubeconfig, as a secret; None takes ``$KUBECONFIG`` or its default place."""


class ExistingCluster(pulumi.ComponentResource):
    """A provider for a cluster that exists, and the driver of its GPU nodes.

    Creates one Kubernetes provider, and Node objects for simulated pools. Nothing in the cluster
    is changed for labelled pools.
    """

    name: str
    provider: k8s.Provider
    ready: pulumi.Resource
    capabilities: Capabilities
    network: ClusterNetwork
    location: Location
    node_location: Location
    stores: tuple[Store, ...]
    egress: tuple[Egress, ...] = ()
    """None: nothing of ours runs for the cluster itself."""

    def __init__(
        self, name: str, args: ExistingClusterArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        args = validated(ExistingClusterArgs, args, f"ExistingCluster '{name}'")
        super().__init__("hoheit:index:ExistingCluster", name, None, opts)
        self.name = name
        self._mirror = args.image_mirror
        self.provider = k8s.Provider(
            f"{name}-provider",
            kubeconfig=args.kubeconfig,
            context=args.context,
            cluster_identifier=args.cluster_identifier,
            opts=pulumi.ResourceOptions(parent=self),
        )
        self.ready = self.provider
        self.capabilities = args.capabilities
        self.network = args.network
        self.location = where(args.location)
        self.node_location = where(args.node_location)
        self.stores = (_etcd(name, self.location),)
        if args.capabilities.network_policy in _NOT_ENFORCED:
            pulumi.log.warn(
                f"cluster.capabilities.network_policy: {args.capabilities.network_policy}; "
                "NetworkPolicies are stored, and nobody is known to enforce them",
                self,
            )
        self.register_outputs({"stores": plain(self.stores), "egress": []})

    def gpu_nodes(self, name: str, spec: Any, opts: pulumi.ResourceOptions) -> GpuNodes:
        """Describe nodes that are there, or create simulated ones, for the pool ``name``.

        Raises:
            pulumi.RunError: if ``spec`` describes nodes of another driver, or wrongly.
        """
        nodes = _nodes(name, spec)
        shape = nodes.shape()
        location = where(nodes.location)
        if isinstance(nodes, SimulatedNodes):
            selector, ready = {POOL_LABEL: name}, self._simulate(name, nodes, opts)
        else:
            selector, ready = nodes.node_selector, [self.ready]
        return GpuNodes(shape=shape, node_selector=selector, location=location, ready=tuple(ready))

    def _simulate(
        self, pool: str, nodes: SimulatedNodes, opts: pulumi.ResourceOptions
    ) -> list[pulumi.Resource]:
        if not self.capabilities.simulated:
            raise pulumi.RunError(
                f"GpuNodePool '{pool}': simulated nodes in a cluster that does not call itself "
                "simulated; pods would wait for ever. Use kind: labelled, or set "
                "cluster.capabilities.simulated: true on a kwok cluster"
            )
        own = pulumi.ResourceOptions(provider=self.provider, delete_before_replace=True)
        return [
            k8s.core.v1.Node(
                f"{pool}-node-{index}",
                metadata=nodes.metadata(f"{pool}-{index}", pool),
                spec={"taints": [GPU_TAINT]},
                opts=pulumi.ResourceOptions.merge(opts, own),
            )
            for index in range(nodes.nodes)
        ]

    def storage(self, purpose: StoragePurpose) -> StorageChoice:
        """Return what the owner stated for ``purpose``."""
        if purpose is StoragePurpose.MODEL_CACHE:
            return self.capabilities.cache(self.capabilities.model_cache_storage_class)
        if purpose is StoragePurpose.COMPILE_CACHE:
            return self.capabilities.cache(self.capabilities.compile_cache_storage_class)
        if not self.capabilities.storage_classes:
            raise pulumi.RunError(
                f"cluster.capabilities.storage_classes: empty, but {purpose} needs a volume; "
                "name a StorageClass of the cluster, as `kubectl get storageclass` lists them"
            )
        return self.capabilities.storage_classes[0].choice()

    def workload_identity(
        self,
        name: str,  # noqa: ARG002 - the contract's name
        *,
        namespace: InputStr,  # noqa: ARG002 - the contract's name
        account: str,
        grants: Sequence[ObjectStoreGrant],  # noqa: ARG002 - the contract's name
        opts: pulumi.ResourceOptions,  # noqa: ARG002 - the contract's name
    ) -> WorkloadIdentity:
        """Return nothing: pods of this cluster prove themselves by a Secret.

        Raises:
            pulumi.RunError: if the cluster is said to have a cloud's identity mechanism, because
                this driver cannot create the role behind it.
        """
        if self.capabilities.identity is not IdentityMechanism.STATIC_SECRET:
            raise pulumi.RunError(
                f"cluster.capabilities.identity: {self.capabilities.identity} needs a driver that "
                f"creates the role of '{account}'; an existing cluster offers static-secret"
            )
        return WorkloadIdentity()

    def image(self, reference: str) -> str:
        """Return ``reference`` below the mirror; what comes from the mirror's host stays."""
        return mirrored(reference, self._mirror)


def _nodes(pool: str, spec: Any) -> AnyNodes:
    if isinstance(spec, AnyNodes):
        return spec
    if not isinstance(spec, Mapping):
        raise pulumi.RunError(
            f"GpuNodePool '{pool}': spec: should be LabelledNodes, SimulatedNodes or CpuNodes, or "
            "a mapping with their kind (labelled, simulated, cpu)"
        )
    try:
        return EXISTING_NODES.validate_python(spec)
    except ValidationError as error:
        faults = explain(error, LabelledNodes, SimulatedNodes, CpuNodes)
        raise pulumi.RunError(f"GpuNodePool '{pool}': spec is not valid:\n{faults}") from None


def _etcd(name: str, location: Location) -> Store:
    return Store(
        name=f"etcd of cluster '{name}'",
        data_class=DataClass.CONFIGURATION,
        medium="Kubernetes objects, Secrets among them, in the control plane's etcd",
        location=location,
        on_destroy=OnDestroy.RETAIN,
    )
