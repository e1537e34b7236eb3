"""A cluster that somebody runs already, as its owner describes it."""

from collections.abc import Sequence
from typing import Any, Literal

import pulumi
import pulumi_kubernetes as k8s
from hoheit import (
    Args,
    Capabilities,
    ClusterNetwork,
    DeclaredLocation,
    Exposure,
    GpuNodes,
    IdentityMechanism,
    InputStr,
    Location,
    ObjectStoreGrant,
    StorageChoice,
    StoragePurpose,
    WorkloadIdentity,
    explain,
    validated,
)
from pydantic import Field, ValidationError

from .existing_nodes import EXISTING_NODES, GPU_TAINT, POOL_LABEL, LabelledNodes, SimulatedNodes

_MIRROR = r"^([a-z0-9-]+(\.[a-z0-9-]+)+(:[0-9]+)?|[a-z0-9-]+:[0-9]+)(/[a-z0-9._/-]+)?$"
"""With a dot or a port, else a container runtime takes the host for a folder of Docker Hub."""


class ExistingClusterArgs(Args):
    """How to reach the cluster, and what its owner says of it."""

    kind: Literal["existing"] = "existing"
    context: str = Field(min_length=1)
    """Context of the kubeconfig; never the current one, which changes behind a stack's back."""
    cluster_identifier: str = Field(min_length=1)
    """Name of the cluster that stays when addresses or certificates change; with another one,
    every resource would be replaced."""
    capabilities: Capabilities = Capabilities()
    network: ClusterNetwork = ClusterNetwork()
    location: DeclaredLocation | None = None
    """Where the control plane is; unknown where nobody declares it."""
    image_mirror: str | None = Field(default=None, pattern=_MIRROR)
    """Registry (and path) that holds every image under its original name."""


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

    def __init__(
        self,
        name: str,
        args: ExistingClusterArgs,
        opts: pulumi.ResourceOptions | None = None,
        *,
        kubeconfig: InputStr | None = None,
    ) -> None:
        args = validated(ExistingClusterArgs, args, f"ExistingCluster '{name}'")
        super().__init__("hoheit:index:ExistingCluster", name, None, opts)
        self.name = name
        self._mirror = args.image_mirror
        self.provider = k8s.Provider(
            f"{name}-provider",
            kubeconfig=kubeconfig,
            context=args.context,
            cluster_identifier=args.cluster_identifier,
            opts=pulumi.ResourceOptions(parent=self),
        )
        self.ready = self.provider
        self.capabilities = args.capabilities
        self.network = args.network
        self.location = args.location.location() if args.location else Location()
        self.register_outputs({})

    def gpu_nodes(self, name: str, spec: Any, opts: pulumi.ResourceOptions) -> GpuNodes:
        """Describe labelled nodes, or create simulated ones, for the pool ``name``.

        Raises:
            pulumi.RunError: if ``spec`` describes nodes of another driver, or wrongly.
        """
        nodes = _nodes(name, spec)
        shape = nodes.shape()
        location = nodes.location.location() if nodes.location else Location()
        if isinstance(nodes, LabelledNodes):
            selector, ready = nodes.node_selector, [self.ready]
        else:
            selector, ready = {POOL_LABEL: name}, self._simulate(name, nodes, opts)
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
            return StorageChoice(storage_class=self.capabilities.model_cache_storage_class)
        if not self.capabilities.storage_classes:
            raise pulumi.RunError(
                "cluster.capabilities.storage_classes: empty, but a database needs one"
            )
        return StorageChoice(storage_class=self.capabilities.storage_classes[0].name)

    def workload_identity(
        self,
        namespace: InputStr,  # noqa: ARG002 - the contract's name
        account: str,
        grants: Sequence[ObjectStoreGrant],  # noqa: ARG002 - the contract's name
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

    def expose(self) -> Exposure:
        """Return an internal LoadBalancer, as the stated annotations make it."""
        annotations = self.capabilities.internal_load_balancer_annotations
        if annotations is None:
            raise pulumi.RunError(
                "reach: internal needs cluster.capabilities.internal_load_balancer_annotations; "
                "this cluster states none, so keep reach: cluster"
            )
        return Exposure(service_type="LoadBalancer", annotations=annotations)

    def image(self, reference: str) -> str:
        """Return ``reference`` below the mirror, its original registry as first path segment."""
        return f"{self._mirror}/{reference}" if self._mirror else reference


def _nodes(pool: str, spec: Any) -> LabelledNodes | SimulatedNodes:
    if isinstance(spec, LabelledNodes | SimulatedNodes):
        return spec
    try:
        return EXISTING_NODES.validate_python(spec)
    except ValidationError as error:
        faults = explain(error, LabelledNodes, SimulatedNodes)
        raise pulumi.RunError(f"GpuNodePool '{pool}': spec is not valid:\n{faults}") from None
