"""Where the API server is that a Kubernetes provider leads to, as far as its host shows it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from ipaddress import ip_address

from .hcloud_places import hcloud_places
from .known_services import endpoint_of
from .kubeconfig import ApiServer, api_server_of
from .places import AWS_PARTITIONS, Place, in_region, located, lost
from .resource import Resource
from .values import Gap, text_at
from .view import KUBERNETES_PROVIDER, View

_PATH = "kubeconfig"
_EKS = re.compile(r"\.(?P<region>[a-z0-9-]+)\.eks\.amazonaws\.(?:com(?:\.cn)?|eu)$")
_ADDRESSES = ("ipv4Address", "ipv6Address", "ipv4", "ipv6", "ipAddress")
"""Outputs of servers, load balancers and IPs of Hetzner Cloud (pulumi_hcloud 1.43.3)."""


def server_places(resource: Resource, view: View) -> Iterator[Place]:
    """Return where the API server of a provider is: by its host, else as somebody declares.

    Without a kubeconfig there is no host; LOC-12 asks what chooses the cluster then.
    """
    if resource.type != KUBERNETES_PROVIDER:
        return
    server = api_server_of(resource.inputs)
    if server is Gap.MISSING:
        return
    shown = shown_places(resource, view)
    yield from shown
    if not shown:
        claimed = claimed_place(resource, view)
        yield claimed if claimed.countries else _lost(server, claimed)


def shown_places(resource: Resource, view: View) -> list[Place]:
    """Return what the host of the API server of a provider shows; nothing where it shows none."""
    server = api_server_of(resource.inputs)
    return [] if isinstance(server, Gap) else list(_shown(server, view))


def claimed_place(resource: Resource, view: View) -> Place:
    """Return where somebody declares the cluster of a provider to be."""
    found = view.cluster_by(resource.inputs)
    location = found.declared.location if found.declared else None
    return located("cluster of the kubeconfig", _PATH, location, view.today)


def _shown(server: ApiServer, view: View) -> Iterator[Place]:
    if server.proxied:
        return
    try:
        host, _ = endpoint_of(server.url)
    except ValueError:
        return
    what = f"API server {host}"
    if found := _EKS.search(host):
        yield in_region(what, _PATH, found["region"], AWS_PARTITIONS)
        return
    for owner in _owners(host, view):
        for place in hcloud_places(owner, view):
            way = f"address of {owner.urn}; {place.provenance}"
            yield replace(place, what=what, path=_PATH, provenance=way)


def _owners(host: str, view: View) -> Iterator[Resource]:
    """Return what has an address in Hetzner Cloud; a server and its primary IP have the same."""
    for resource in view.resources:
        if resource.package == "hcloud":
            given = (text_at(resource.outputs, field) for field in _ADDRESSES)
            if any(isinstance(one, str) and _same(one, host) for one in given):
                yield resource


def _same(address: str, host: str) -> bool:
    try:
        return ip_address(address) == ip_address(host)
    except ValueError:
        return False


def _lost(server: ApiServer | Gap, claimed: Place) -> Place:
    if server is Gap.UNKNOWN:
        return lost(claimed.what, _PATH, server)
    if isinstance(server, Gap):
        why = "nobody sees its kubeconfig here"
    else:
        why = "requests go through a proxy" if server.proxied else "its host does not show it"
    return replace(claimed, why_unknown=f"{why}; declare the location under clusters")
