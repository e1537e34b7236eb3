"""One environment, composed: cluster, GPU pools, model services, and one register."""

import hoheit
import pulumi
from environment import cluster_args, outputs_of, read_environment
from hoheit_infra import ExistingCluster

environment = read_environment()
cluster = ExistingCluster(environment.name, cluster_args(environment))
pools = {
    name: hoheit.GpuNodePool(name, hoheit.GpuNodePoolArgs(cluster=cluster, spec=spec))
    for name, spec in environment.pools.items()
}
space = hoheit.RestrictedNamespace(
    "models",
    hoheit.RestrictedNamespaceArgs(cluster=cluster, namespace=environment.namespace),
)
services = {
    name: hoheit.VllmService(
        name,
        hoheit.VllmServiceArgs.of(
            model,
            pool=pools[model.pool],
            namespace=space.namespace,
            images=environment.images,
            object_store=environment.object_store,
            hub=environment.hub,
        ),
    )
    for name, model in environment.models.items()
}
parts = [cluster, space, *pools.values(), *services.values()]
pulumi.export("models", {name: outputs_of(service) for name, service in services.items()})
pulumi.export("stores", [str(store) for part in parts for store in part.stores])
pulumi.export("egress", [str(contact) for part in parts for contact in part.egress])
