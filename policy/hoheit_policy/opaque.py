"""What carries other resources inside and cannot be opened: nobody may pass it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from .kubernetes import group_of, objects_of
from .values import Gap, text_at

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

_MAKERS = (
    (re.compile(r"argoproj\.io"), "makes objects out of a repository or a chart (Argo)"),
    (re.compile(r".+\.toolkit\.fluxcd\.io"), "makes objects out of a repository or a chart (Flux)"),
    (re.compile(r".+\.services\.k8s\.aws"), "makes resources in AWS (ACK)"),
    (re.compile(r"(.+\.)?(crossplane|upbound)\.io"), "makes resources in clouds (Crossplane)"),
    (re.compile(r"cluster\.x-k8s\.io|.+\.cluster\.x-k8s\.io"), "makes clusters (Cluster API)"),
)
"""API groups whose objects make others, by the names that these projects register them under."""

_EXCEPTIONS = ("PolicyException",)
"""Kinds that take objects out of the policies of an admission controller (Kyverno)."""

_ANY_LIST = (":List", ":ListPatch")
"""A list of objects of any kind."""

_CARRIERS = (
    "aws:cloudformation/",
    "aws:cloudcontrol/",
    "aws-native:",
    "command:",
    "docker:",
    "docker-build:",
    "kubernetes:apiextensions.k8s.io:CustomResource",
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
    if group in _BUILT_IN:
        return _hidden_in_a_list(resource)
    return _why_custom(group, kind)


def _why_custom(group: str, kind: str) -> str | None:
    if kind in _WITHOUT_PODS.get(group, ()):
        return None
    if kind in _EXCEPTIONS:
        return f"takes objects out of the policies of {group}"
    for pattern, why in _MAKERS:
        if pattern.fullmatch(group):
            return why
    return f"is a custom resource of {group}, whose controller may start pods"


def _hidden_in_a_list(resource: Resource) -> str | None:
    """Return what hides the content of an object in a list, whose type says nothing of it."""
    if not resource.type.endswith(_ANY_LIST):
        return None
    for found in objects_of(resource):
        version = text_at(found.body, "apiVersion")
        if version is Gap.MISSING or isinstance(found.body, Gap):
            continue
        if isinstance(version, Gap):
            return "holds an object of a kind that nobody sees"
        group = version.rpartition("/")[0]
        if group and group not in _BUILT_IN and (why := _why_custom(group, found.kind)):
            return f"holds an object that {why}"
    return None
