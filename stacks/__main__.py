"""One environment, composed: cluster, GPU pools, model services."""

import pulumi
from environment import read_environment
from hoheit import (
    GpuNodePool,
    GpuNodePoolArgs,
    RestrictedNamespace,
    RestrictedNamespaceArgs,
    VllmService,
    VllmServiceArgs,
)
from hoheit_infra import ExistingCluster

environment = read_environment()
kubeconfig = pulumi.Config().get_secret("kubeconfig")
cluster = ExistingCluster(environment.name, environment.cluster, kubeconfig=kubeconfig)
pools = {
    name: GpuNodePool(name, GpuNodePoolArgs(cluster=cluster, spec=spec))
    for name, spec in environment.pools.items()
}
space = RestrictedNamespace(
    "models", RestrictedNamespaceArgs(cluster=cluster, namespace=environment.namespace)
)
for name, model in environment.models.items():
    args = VllmServiceArgs.of(
        model,
        pool=pools[model.pool],
        namespace=space.namespace,
        images=environment.images,
        object_store=environment.object_store,
        hub=environment.hub,
    )
    service = VllmService(name, args)
    pulumi.export(f"{name}Url", service.url)
    pulumi.export(f"{name}ApiKeySecret", service.api_key_secret)
    pulumi.export(f"{name}Plan", service.plan.model_dump(mode="json"))
