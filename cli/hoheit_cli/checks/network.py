"""Are the name servers and the API server where network rules look for them?"""

from __future__ import annotations

from ipaddress import ip_address
from typing import TYPE_CHECKING

from hoheit_cli.finding import Unread, differs, missing, ok, unknown
from hoheit_cli.objects import labels_of, list_at

if TYPE_CHECKING:
    from hoheit import Peer

    from hoheit_cli.finding import Finding
    from hoheit_cli.objects import Object

_DNS = "cluster.network.dns"
_API = "cluster.network.api_server"
_NODE_CACHE = "node-local-dns"


def check_dns(stated: Peer, pods: list[Object] | Unread, *, simulated: bool) -> list[Finding]:
    """Hold the stated name servers against the pods that they would be."""
    if isinstance(pods, Unread):
        return [pods.finding(_DNS)]
    if stated.namespace is None:
        return [unknown(_DNS, "addresses stated; whether name servers answer there is not asked")]
    who = ",".join(f"{key}={value}" for key, value in stated.pod_labels.items()) or "any label"
    found = [
        pod
        for pod in pods
        if pod["metadata"]["namespace"] == stated.namespace
        and stated.pod_labels.items() <= labels_of(pod).items()
    ]
    where = f"pods with {who} in namespace {stated.namespace}"
    if found:
        return [ok(_DNS, f"{len(found)} {where}"), *_cache(pods)]
    if simulated:
        return [ok(_DNS, f"no {where}; nothing runs in a simulated cluster, so nobody asks")]
    return [
        missing(
            _DNS,
            f"no {where}: workloads could not resolve a name",
            "state the labels of the name servers: "
            "kubectl get service kube-dns --namespace=kube-system --output=yaml",
        )
    ]


def _cache(pods: list[Object]) -> list[Finding]:
    """Tell of a cache on the nodes: pods then ask an address that is no pod's.

    https://kubernetes.io/docs/tasks/administer-cluster/nodelocaldns/
    """
    if not any(labels_of(pod).get("k8s-app") == _NODE_CACHE for pod in pods):
        return []
    return [
        unknown(
            f"{_DNS}: NodeLocal DNSCache",
            "pods ask a cache on their node, which a rule for the name servers' pods may not cover",
            "try a name from a pod; where it fails, state the cache's address as cidrs",
        )
    ]


def check_api_server(
    stated: Peer | None, slices: list[Object] | Unread, *, needed: bool, simulated: bool
) -> list[Finding]:
    """Hold the stated API server against the endpoints of Service ``default/kubernetes``."""
    if isinstance(slices, Unread):
        return [slices.finding(_API)]
    endpoints = _endpoints(slices)
    if not endpoints:
        return [unknown(_API, "Service default/kubernetes has no endpoints")]
    if stated is None:
        return [_unstated(endpoints, needed=needed)]
    return [_covered(stated, endpoints, simulated=simulated)]


def _unstated(endpoints: list[tuple[str, int]], *, needed: bool) -> Finding:
    if not needed:
        return ok(_API, f"not stated, and only monitoring needs it; it is {_listed(endpoints)}")
    seen = f"not stated, and monitoring needs it; it is {_listed(endpoints)}"
    return missing(_API, seen, _paste(endpoints))


def _covered(stated: Peer, endpoints: list[tuple[str, int]], *, simulated: bool) -> Finding:
    outside = [
        (address, port)
        for address, port in endpoints
        if port != stated.port or not any(ip_address(address) in cidr for cidr in stated.cidrs)
    ]
    if not outside:
        return ok(_API, f"covers {_listed(endpoints)}")
    seen = f"not covered: {_listed(outside)}"
    if simulated:
        return unknown(_API, f"{seen}; no pod of a simulated cluster asks for it")
    return differs(_API, seen, _paste(endpoints))


def _listed(endpoints: list[tuple[str, int]]) -> str:
    return ", ".join(f"{address}:{port}" for address, port in endpoints)


def _endpoints(slices: list[Object]) -> list[tuple[str, int]]:
    return sorted(
        (address, port["port"])
        for found in slices
        for endpoint in list_at(found, "endpoints")
        for address in endpoint["addresses"]
        for port in list_at(found, "ports")
    )


def _paste(endpoints: list[tuple[str, int]]) -> str:
    """Return what to write into the stack file."""
    cidrs = [f"{address}/{ip_address(address).max_prefixlen}" for address, _ in endpoints]
    return f"state api_server: {{cidrs: [{', '.join(cidrs)}], port: {endpoints[0][1]}}}"
