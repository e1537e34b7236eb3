"""What carries other resources inside and cannot be opened: nobody may pass it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .kubernetes import group_of

if TYPE_CHECKING:
    from .resource import Resource

_BUILT_IN = frozenset(
    {
        "admissionregistration.k8s.io",
        "apiextensions.k8s.io",
        "apiregistration.k8s.io",
        "apps",
        "autoscaling",
        "batch",
        "certificates.k8s.io",
        "coordination.k8s.io",
        "core",
        "discovery.k8s.io",
        "events.k8s.io",
        "flowcontrol.apiserver.k8s.io",
        "networking.k8s.io",
        "node.k8s.io",
        "policy",
        "rbac.authorization.k8s.io",
        "resource.k8s.io",
        "scheduling.k8s.io",
        "storage.k8s.io",
        "storagemigration.k8s.io",
    }
)
"""Groups of Kubernetes itself, whose kinds are all known."""

_WITHOUT_PODS = {
    "monitoring.coreos.com": ("ServiceMonitor", "PodMonitor", "PrometheusRule"),
    "gateway.networking.k8s.io": ("Gateway", "GatewayClass", "HTTPRoute", "GRPCRoute"),
    # Changes the number of pods that something else describes; a ScaledJob has pods of its own.
    "keda.sh": ("ScaledObject",),
}
"""Custom resources that describe no pod."""

_CARRIERS = (
    "aws:cloudformation/",
    "aws:cloudcontrol/",
    "aws-native:",
    "command:",
    "docker:",
    "docker-build:",
    "pulumi-python:dynamic",
    "terraform-module:",
)


def why_opaque(resource: Resource) -> str | None:
    """Return what hides the content of a resource, or None where its content is visible."""
    if resource.type.startswith(_CARRIERS):
        return "runs or makes what this stack does not show"
    group = group_of(resource)
    if group is None:
        return None
    kind = resource.type.rsplit(":", 1)[-1].removesuffix("Patch").removesuffix("List")
    if group in ("helm.sh", "yaml", "kustomize"):
        return "makes objects of its own from a chart or from files"
    if group in _BUILT_IN or kind in _WITHOUT_PODS.get(group, ()):
        return None
    return f"is a custom resource of {group}, whose controller may start pods"
