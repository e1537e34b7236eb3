"""The parts of one environment, each from its own settings and the means of the others."""

from collections.abc import Iterable, Mapping

import hoheit
from environment import Environment
from hoheit import GpuNodePool, ObjectServer, RestrictedNamespace, ScrapeTarget, VllmService
from hoheit_infra import ExistingCluster
from pools import plugin_namespaces

Spaces = Mapping[str, RestrictedNamespace]


def make_pools(environment: Environment, cluster: ExistingCluster) -> dict[str, GpuNodePool]:
    """Make every pool, by name; those with GPUs with a device plugin, where it is ours to run."""
    namespaces = plugin_namespaces(environment.device_plugin, environment.pools)
    pools: dict[str, GpuNodePool] = {}
    for name, spec in environment.pools.items():
        plugin = environment.device_plugin if name in namespaces else None
        if plugin is not None:
            plugin = plugin.model_copy(update={"namespace": namespaces[name]})
        pools[name] = GpuNodePool(
            name,
            hoheit.GpuNodePoolArgs(
                cluster=cluster, spec=spec, device_plugin=plugin, images=environment.images
            ),
        )
    return pools


def make_space(name: str, namespace: str, cluster: ExistingCluster) -> RestrictedNamespace:
    """Make the namespace of one part."""
    args = hoheit.RestrictedNamespaceArgs(cluster=cluster, namespace=namespace)
    return RestrictedNamespace(name, args)


def make_object_server(
    environment: Environment, cluster: ExistingCluster, spaces: Spaces
) -> ObjectServer | None:
    """Make the environment's own S3 server, where it has one."""
    if environment.object_server is None:
        return None
    args = hoheit.ObjectServerArgs.of(
        environment.object_server,
        cluster=cluster,
        namespace=spaces["objects"],
        consumers=(spaces["models"],),
        images=environment.images,
    )
    return ObjectServer("objects", args)


def make_models(
    environment: Environment,
    pools: Mapping[str, GpuNodePool],
    spaces: Spaces,
    objects: ObjectServer | None,
) -> dict[str, VllmService]:
    """Make every model service, by name."""
    store = objects.object_store(spaces["models"]) if objects else environment.object_store
    return {
        name: VllmService(
            name,
            hoheit.VllmServiceArgs.of(
                environment.scaled(model),
                pool=pools[model.pool],
                namespace=spaces["models"].namespace,
                images=environment.images,
                object_store=store,
                hub=environment.hub,
            ),
        )
        for name, model in environment.models.items()
    }


def make_mlflow(
    environment: Environment, cluster: ExistingCluster, spaces: Spaces
) -> hoheit.MlflowServer | None:
    """Make the MLflow server, where there is one."""
    if environment.mlflow is None:
        return None
    args = hoheit.MlflowServerArgs.of(
        environment.mlflow,
        cluster=cluster,
        namespace=spaces["mlflow"].namespace,
        images=environment.images,
    )
    return hoheit.MlflowServer("mlflow", args)


def make_monitoring(
    environment: Environment,
    cluster: ExistingCluster,
    spaces: Spaces,
    pools: Mapping[str, GpuNodePool],
    targets: Iterable[ScrapeTarget],
) -> hoheit.MonitoringStack | None:
    """Make the monitoring stack, where there is one."""
    if environment.monitoring is None:
        return None
    args = hoheit.MonitoringStackArgs.of(
        environment.monitoring,
        cluster=cluster,
        namespace=spaces["monitoring"],
        images=environment.images,
        targets=tuple(targets),
        pools=tuple(pools.values()),
    )
    return hoheit.MonitoringStack("monitoring", args)
