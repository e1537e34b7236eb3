"""What `pulumi up` creates with one stack file, and in which namespaces."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hoheit_infra import SimulatedNodes

if TYPE_CHECKING:
    from hoheit_cli.stated import Stated

_IN_EVERY_NAMESPACE = ("networkpolicies.networking.k8s.io",)
_BY_PART = {
    "models": (
        *("configmaps", "secrets", "serviceaccounts", "services", "deployments.apps"),
        # For weights that are fetched, and from two replicas on.
        *("jobs.batch", "poddisruptionbudgets.policy"),
    ),
    "mlflow": ("configmaps", "secrets", "serviceaccounts", "services", "deployments.apps"),
    "objects": ("secrets", "services"),
    "monitoring": ("configmaps",),
}
_WITH_VOLUME = ("persistentvolumeclaims", "statefulsets.apps")
_KEDA = "scaledobjects.keda.sh"
_KUBERNETES_OWN = "horizontalpodautoscalers.autoscaling"
_BUNDLED_MONITORING = ("secrets", "serviceaccounts", "services", "deployments.apps")
_OPERATOR_MONITORING = (
    "podmonitors.monitoring.coreos.com",
    "prometheusrules.monitoring.coreos.com",
)
_GPU_EXPORTERS = ("serviceaccounts", "daemonsets.apps")
_DEVICE_PLUGIN = ("configmaps", "serviceaccounts", "daemonsets.apps")
_PROMETHEUS_LOOKS = ("roles.rbac.authorization.k8s.io", "rolebindings.rbac.authorization.k8s.io")
"""Where bundled monitoring asks the API server for pods."""
_LOOKED_INTO = ("models", "mlflow", "monitoring")


def created(stated: Stated) -> list[tuple[str, str]]:
    """Return namespace and resource of all that is created, each once.

    A resource is written as `kubectl` takes it, for example ``deployments.apps``; the namespace of
    what belongs to the whole cluster is empty.
    """
    found = {("", resource) for resource in _in_the_cluster(stated)}
    for part, namespace in stated.namespaces.items():
        found |= {(namespace, resource) for resource in _of_part(part, stated)}
    if stated.device_plugin is not None:
        for pool, nodes in stated.pools.items():
            namespace = f"{stated.device_plugin}-{pool}"
            of_pool = (*_IN_EVERY_NAMESPACE, *_DEVICE_PLUGIN) if nodes.shape().gpus else ()
            found |= {(namespace, resource) for resource in of_pool}
    return sorted(found)


def _in_the_cluster(stated: Stated) -> list[str]:
    simulated = any(isinstance(pool, SimulatedNodes) for pool in stated.pools.values())
    # Also where they are not understood yet: mended, they come with the binding.
    asks_kubelets = stated.kubelets is not None
    return [
        "namespaces",
        *(["clusterroles.rbac.authorization.k8s.io"] if stated.bundled_monitoring else []),
        *(["clusterrolebindings.rbac.authorization.k8s.io"] if asks_kubelets else []),
        *(["nodes"] if simulated else []),
    ]


def _of_part(part: str, stated: Stated) -> list[str]:
    looked_into = stated.bundled_monitoring and part in _LOOKED_INTO
    return [
        *_IN_EVERY_NAMESPACE,
        *_BY_PART[part],
        *(_WITH_VOLUME if part in stated.parts_with_volumes else ()),
        *(_PROMETHEUS_LOOKS if looked_into else ()),
        *(_of_monitoring(stated) if part == "monitoring" else ()),
        *(_of_models(stated) if part == "models" else ()),
    ]


def _of_models(stated: Stated) -> list[str]:
    capabilities = stated.cluster.capabilities
    scaler = _KUBERNETES_OWN if capabilities.keda is None else _KEDA
    return [
        *([scaler] if stated.scales else []),
        *(["persistentvolumeclaims"] if capabilities.compile_cache_storage_class else []),
    ]


def _of_monitoring(stated: Stated) -> list[str]:
    gpus = any(pool.shape().gpus for pool in stated.pools.values())
    return [
        *(_OPERATOR_MONITORING if stated.uses_operator else _BUNDLED_MONITORING),
        *(_GPU_EXPORTERS if gpus else ()),
    ]
