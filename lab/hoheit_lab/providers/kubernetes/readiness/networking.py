"""Ways to reach pods."""

from typing import Any

from hoheit_lab.providers.kubernetes.cluster import Cluster
from hoheit_lab.providers.kubernetes.kinds import Kind

from .verdict import READY, Verdict, waiting

_SERVICE = Kind("v1", "Service")
_SLICE = Kind("discovery.k8s.io/v1", "EndpointSlice")


def service(obj: dict[str, Any], cluster: Cluster) -> Verdict:
    """No selected pod is unready, and a load balancer has its address.

    A service that selects no pod at all is ready, as with the official plugin: its pods may come
    later, from elsewhere. Headless and external services, and those without a selector, do not
    wait for pods.
    """
    spec = obj["spec"]
    if spec.get("selector") and spec.get("clusterIP") != "None" and spec["type"] != "ExternalName":
        pending = _unready(obj, cluster)
        if pending:
            return pending
    if spec["type"] == "LoadBalancer" and not _addresses(obj):
        reasons = cluster.warnings(obj)[-1:]
        return waiting("waiting for the address of its load balancer", reasons)
    return READY


def ingress(obj: dict[str, Any], cluster: Cluster) -> Verdict:
    """The services behind it exist, and it has an address."""
    namespace = obj["metadata"].get("namespace")
    missing = [name for name in _backends(obj) if not cluster.find(_SERVICE, namespace, name)]
    if missing:
        reasons = [f"there is no Service {name} in namespace {namespace}" for name in missing]
        return waiting("waiting for the services behind it", reasons)
    if not _addresses(obj):
        return waiting("waiting for its address", cluster.warnings(obj)[-1:])
    return READY


def _unready(obj: dict[str, Any], cluster: Cluster) -> Verdict | None:
    metadata = obj["metadata"]
    label = {"matchLabels": {"kubernetes.io/service-name": metadata["name"]}}
    found = cluster.select(_SLICE, metadata.get("namespace"), label)
    # A Service that is made anew finds the slices of the one before it, until they are collected.
    slices = [one for one in found if _may_be_of(obj, one)]
    if not slices:
        return waiting("waiting for its endpoints")
    endpoints = [endpoint for one in slices for endpoint in one.get("endpoints") or []]
    ready = sum((e.get("conditions") or {}).get("ready") is not False for e in endpoints)
    if ready < len(endpoints):
        return waiting(f"{ready} of {len(endpoints)} pods behind it are ready")
    return None


def _may_be_of(obj: dict[str, Any], part: dict[str, Any]) -> bool:
    """Whether no other object owns it; slices that people write themselves have no owner."""
    owners = part["metadata"].get("ownerReferences") or []
    return not owners or obj["metadata"]["uid"] in {owner["uid"] for owner in owners}


def _addresses(obj: dict[str, Any]) -> list[Any]:
    balancer = (obj.get("status") or {}).get("loadBalancer") or {}
    return balancer.get("ingress") or []


def _backends(obj: dict[str, Any]) -> list[str]:
    spec = obj["spec"]
    backends = [spec.get("defaultBackend") or {}]
    for rule in spec.get("rules") or []:
        backends += [path["backend"] for path in (rule.get("http") or {}).get("paths") or []]
    names = [(backend.get("service") or {}).get("name") for backend in backends]
    return sorted({str(name) for name in names if name})
