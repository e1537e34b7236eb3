"""Components with valid arguments, to be built inside of a mocked program."""

from collections.abc import Callable
from typing import Any

import pulumi
from hoheit import (
    GpuNodePool,
    GpuNodePoolArgs,
    MlflowServer,
    MlflowServerArgs,
    MonitoringStack,
    MonitoringStackArgs,
    ObjectServer,
    ObjectServerArgs,
    Peer,
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


def cpu_pool(name: str = "cpu", **changes: Any) -> GpuNodePool:
    spec = samples.cpu_nodes(**changes)
    return GpuNodePool(name, GpuNodePoolArgs(cluster=cluster(), spec=spec))


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


def mlflow(
    name: str = "mlflow", opts: Options = None, on: ExistingCluster | None = None, **changes: Any
) -> MlflowServer:
    return MlflowServer(name, mlflow_args(on or volume_cluster(), **changes), opts)


def volume_cluster(name: str = "lab") -> ExistingCluster:
    """A cluster that has volumes to give."""
    return cluster(name, capabilities=samples.capabilities_with_volumes())


def mlflow_args(on: ExistingCluster, **changes: Any) -> MlflowServerArgs:
    given: dict[str, Any] = {
        "cluster": on,
        "namespace": "platform",
        "images": samples.images(),
        "database": {"kind": "bundled", "volume_gib": 10},
        "artifacts": {"kind": "bundled", "volume_gib": 100},
        "on_destroy": "delete",
    }
    return MlflowServerArgs(**{**given, **changes})


def object_server(
    name: str = "objects", opts: Options = None, on: ExistingCluster | None = None, **changes: Any
) -> ObjectServer:
    return ObjectServer(name, object_server_args(on or volume_cluster(), **changes), opts)


def object_server_args(
    on: ExistingCluster, namespace: str = "objects", **changes: Any
) -> ObjectServerArgs:
    given: dict[str, Any] = {
        "cluster": on,
        "namespace": space(f"{namespace}-space", on=on),
        "consumers": (space(f"{namespace}-models", on=on),),
        "images": samples.images(),
        "bucket": "models",
        "volume_gib": 20,
        "on_destroy": "delete",
    }
    return ObjectServerArgs(**{**given, **changes})


def monitoring(
    name: str = "watch", opts: Options = None, on: ExistingCluster | None = None, **changes: Any
) -> MonitoringStack:
    return MonitoringStack(name, monitoring_args(on or watched_cluster(), **changes), opts)


def watched_cluster(name: str = "lab", **changes: Any) -> ExistingCluster:
    return ExistingCluster(name, samples.watched_cluster(**changes))


def monitoring_args(
    on: ExistingCluster, namespace: str = "monitoring", **changes: Any
) -> MonitoringStackArgs:
    given: dict[str, Any] = {
        "cluster": on,
        "namespace": changes.pop("space", None) or space(f"{namespace}-space", on=on),
        "images": samples.images(),
        "targets": (samples.scrape_target(), samples.gateway_target()),
    }
    return MonitoringStackArgs(**{**given, **changes})


def full_monitoring_args(name: str) -> MonitoringStackArgs:
    """Everything that can be made, and volumes that go with the stack."""
    on = watched_cluster(f"{name}-on")
    return monitoring_args(
        on,
        name,
        pools=(pool(f"{name}-pool", on=on),),
        receivers=(samples.webhook(),),
        clients=(Peer(namespace="apps"),),
        kubelets={"cidrs": ["192.0.2.64/26"]},
        on_destroy="delete",
    )


ARGS: dict[type[pulumi.ComponentResource], Callable[[str], Args]] = {
    ExistingCluster: lambda _: samples.cluster(),
    GpuNodePool: lambda name: pool_args(cluster(f"{name}-on")),
    RestrictedNamespace: lambda name: space_args(cluster(f"{name}-on"), name),
    WeightsMirror: lambda name: mirror_args(cluster(f"{name}-on")),
    MonitoringStack: full_monitoring_args,
    VllmService: lambda name: service_args(
        pool(f"{name}-on", on=cluster(f"{name}-on")), replicas=2
    ),
    MlflowServer: lambda name: mlflow_args(volume_cluster(f"{name}-on")),
    ObjectServer: lambda name: object_server_args(volume_cluster(f"{name}-on"), name),
}
"""Every component of the project, and full arguments for an instance of a given name."""


def mapping(args: Args) -> dict[str, Any]:
    """The arguments as a caller would write them who has no args class at hand."""
    return {name: getattr(args, name) for name in type(args).model_fields}
