"""Places that cloud resources name: a region of AWS, a location of Hetzner Cloud."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from .places import AWS_PARTITIONS, Place, in_region, in_zone, lost
from .resource import Resource
from .values import Gap, at, list_at, text_at

_HCLOUD: dict[str, tuple[str, ...]] = {
    "hcloud:index/server:Server": ("location", "datacenter"),
    "hcloud:index/volume:Volume": ("location",),
    "hcloud:index/loadBalancer:LoadBalancer": ("location", "networkZone"),
    "hcloud:index/primaryIp:PrimaryIp": ("location", "datacenter"),
    "hcloud:index/floatingIp:FloatingIp": ("homeLocation",),
    "hcloud:index/networkSubnet:NetworkSubnet": ("networkZone",),
    "hcloud:index/storageBox:StorageBox": ("location",),
}
"""Fields that say where a resource is; the first one that is given counts."""

_HCLOUD_FOLLOWS = {"hcloud:index/snapshot:Snapshot": "serverId"}
"""Resources that lie where another one lies."""


def aws_places(resource: Resource) -> Iterator[Place]:
    """Return the region of an AWS resource: its own, else its provider's."""
    if resource.package != "aws" and resource.type != "pulumi:providers:aws":
        return
    own = _text(resource, "region")
    if resource.type == "pulumi:providers:aws":
        if own is not Gap.MISSING:
            yield _region("AWS provider", "region", own)
        if _has(resource.look("endpoints")):
            yield Place(
                what="AWS provider with endpoints of its own",
                path="endpoints",
                why_unknown="requests go to the endpoints, whatever the region says",
            )
        return
    if not resource.custom:
        return
    path = "region"
    if own is Gap.MISSING and resource.provider is not None:
        own, path = text_at(resource.provider.inputs, "region"), "provider.region"
        if _has(at(resource.provider.inputs, "endpoints")):
            own = Gap.WRONG
    yield _region("AWS resource", path, own)


def _has(endpoints: Any) -> bool:
    return endpoints is not Gap.MISSING and list_at(endpoints) != []


def _region(what: str, path: str, code: str | Gap) -> Place:
    return (
        lost(what, path, code)
        if isinstance(code, Gap)
        else in_region(what, path, code, AWS_PARTITIONS)
    )


def hcloud_places(resource: Resource) -> Iterator[Place]:
    """Return the location of a Hetzner Cloud resource; the API chooses where none is given."""
    what = "Hetzner Cloud resource"
    if resource.type == "pulumi:providers:hcloud":
        if resource.look("endpoint") is not Gap.MISSING:
            yield Place(
                what="Hetzner Cloud provider with an endpoint of its own",
                path="endpoint",
                why_unknown="requests go to the endpoint, whatever the location says",
            )
        return
    if resource.type in _HCLOUD_FOLLOWS:
        field = _HCLOUD_FOLLOWS[resource.type]
        given = at(resource.inputs, field)
        yield lost(what, field, given if isinstance(given, Gap) else Gap.MISSING)
        return
    fields = _HCLOUD.get(resource.type, ())
    for field in fields:
        given = _text(resource, field)
        if given is Gap.MISSING and field != fields[-1]:
            continue
        if isinstance(given, Gap):
            yield lost(what, fields[0] if given is Gap.MISSING else field, given)
        elif field == "networkZone":
            yield in_zone(what, field, given, "hcloud")
        else:
            yield in_region(what, field, re.sub(r"-dc\d+$", "", given), ("hcloud",))
        return


def _text(resource: Resource, field: str) -> str | Gap:
    return text_at({field: resource.look(field)}, field)
