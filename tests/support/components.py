"""Components with valid arguments, to be built inside of a mocked program."""

from collections.abc import Callable
from typing import Any

import pulumi
from hoheit import (
    GpuNodePool,
    GpuNodePoolArgs,
    RestrictedNamespace,
    RestrictedNamespaceArgs,
    VllmService,
    VllmServiceArgs,
    WeightsMirror,
    WeightsMirrorArgs,
)
from hoheit.driver import Args
from hoheit_infra import ExistingCluster

from support import samples

Options = pulumi.ResourceOptions | None


def cluster(name: str = "lab", opts: Options = None, **changes: Any) -> ExistingCluster:
    return ExistingCluster(name, samples.cluster(**changes), opts)


def pool(
    name: str = "l4", opts: Options = None, on: ExistingCluster | None = None, **changes: Any
) -> GpuNodePool:
    return GpuNodePool(name, pool_args(on or cluster(), **changes), opts)


def space(
    name: str = "models", opts: Options = None, on: ExistingCluster | None = None
) -> RestrictedNamespace:
    return RestrictedNamespace(name, space_args(on or cluster(), name), opts)


def mirror(
    name: str = "weights", opts: Options = None, on: ExistingCluster | None = None, **changes: Any
) -> WeightsMirror:
    return WeightsMirror(name, mirror_args(on or cluster(), **changes), opts)


def service(
    name: str = "mistral", opts: Options = None, on: GpuNodePool | None = None, **changes: Any
) -> VllmService:
    return VllmService(name, service_args(on or pool(), **changes), opts)


def pool_args(on: ExistingCluster, **changes: Any) -> GpuNodePoolArgs:
    return GpuNodePoolArgs(cluster=on, spec=samples.simulated_nodes(**changes))


def space_args(on: ExistingCluster, namespace: str = "models") -> RestrictedNamespaceArgs:
    return RestrictedNamespaceArgs(cluster=on, namespace=namespace)


def mirror_args(on: ExistingCluster, **changes: Any) -> WeightsMirrorArgs:
    given: dict[str, Any] = {
        "cluster": on,
        "namespace": "models",
        "weights": samples.hub_weights(),
        "hub": samples.hub(),
        "object_store": samples.object_store(),
        "images": samples.images(),
    }
    return WeightsMirrorArgs(**{**given, **changes})


def service_args(on: GpuNodePool, **changes: Any) -> VllmServiceArgs:
    given: dict[str, Any] = {
        "pool": on,
        "namespace": "models",
        "images": samples.images(),
        "weights": samples.hub_weights(),
        "engine": samples.engine(),
        "served_model_name": "mistral",
        "object_store": samples.object_store(),
        "hub": samples.hub(),
    }
    return VllmServiceArgs(**{**given, **changes})


ARGS: dict[type[pulumi.ComponentResource], Callable[[str], Args]] = {
    ExistingCluster: lambda _: samples.cluster(),
    GpuNodePool: lambda name: pool_args(cluster(f"{name}-on")),
    RestrictedNamespace: lambda name: space_args(cluster(f"{name}-on"), name),
    WeightsMirror: lambda name: mirror_args(cluster(f"{name}-on")),
    VllmService: lambda name: service_args(
        pool(f"{name}-on", on=cluster(f"{name}-on")), replicas=2
    ),
}
"""Every component of the project, and full arguments for an instance of a given name."""


def mapping(args: Args) -> dict[str, Any]:
    """The arguments as a caller would write them who has no args class at hand."""
    return {name: getattr(args, name) for name in type(args).model_fields}
