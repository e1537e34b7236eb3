"""Where data of a resource goes: replicas, snapshots in other regions, backups, sinks, peers."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

from hoheit_facts import DESTINATIONS, Destination

from .aws_buckets import BUCKETS, buckets_named
from .aws_codes import aws_place
from .aws_places import is_aws, region_places
from .places import Place, lost
from .provider_urls import ProviderUrl, place_of
from .resource import Resource
from .tree_paths import values_at
from .values import Gap
from .view import View

_WHAT = "copy of the data"
_OF_A_BUCKET = ":s3:::"
_BUCKET_ARN = re.compile(r"arn:[a-z-]+:s3:::(?P<name>[a-z0-9.-]+)")
_SCHEME = "://"
_JDBC = "jdbc:"
"""Stands before the scheme of a database in its URL."""


def copies_of(rule: str, what: str = _WHAT) -> Callable[[Resource, View], Iterator[Place]]:
    """Return what finds the copies that one rule asks about, or what else it calls them."""
    asked = [one for one in DESTINATIONS if one.rule == rule]

    def found(resource: Resource, view: View) -> Iterator[Place]:
        for destination in asked:
            if destination.type == resource.type and is_aws(resource):
                for place in _copies(resource, destination, view):
                    yield replace(place, what=what)

    return found


def _copies(resource: Resource, destination: Destination, view: View) -> Iterator[Place]:
    if not destination.path:
        yield from _hidden("", True) if destination.kind == "hidden" else _same(resource, "region")
        return
    for path, value in values_at(resource.inputs, destination.path):
        if value is not Gap.MISSING:
            yield from _copy(resource, destination.kind, path, value, view)
        elif destination.if_missing == "self":
            yield from _same(resource, path)
        elif destination.if_missing == "unknown":
            yield lost(_WHAT, path, value)


def _copy(resource: Resource, kind: str, path: str, value: Any, view: View) -> Iterator[Place]:
    if kind == "flag":
        yield from _allowed_anywhere(path, value)
    elif kind == "hidden":
        yield from _hidden(path, value)
    elif kind == "bucket" or (isinstance(value, str) and _OF_A_BUCKET in value):
        yield from _bucket(resource, path, value, view)
    elif kind in ("url", "subscriber") and not _is_arn(value):
        yield _address(path, value, view)
    elif kind == "arn-or-name" and isinstance(value, str) and not _is_arn(value):
        yield from _same(resource, path)
    else:
        yield aws_place(_WHAT, path, value)


def _is_arn(value: Any) -> bool:
    return isinstance(value, str) and value.startswith("arn:")


def _address(path: str, value: Any, view: View) -> Place:
    """Return where a URL leads; what is none may be a person's address, which is no place."""
    if isinstance(value, Gap) or not isinstance(value, str):
        return lost(_WHAT, path, value if isinstance(value, Gap) else Gap.WRONG)
    if _SCHEME not in value:
        return Place(what=_WHAT, path=path, why_unknown="no address that says where it is")
    url = ProviderUrl(path=path, service="", url=value.removeprefix(_JDBC))
    return place_of(url, "", view)


def _same(resource: Resource, path: str) -> Iterator[Place]:
    for place in region_places(resource):
        yield replace(place, what=_WHAT, path=path)


def _allowed_anywhere(path: str, value: Any) -> Iterator[Place]:
    """Return what a flag that allows copies says; without it there are none."""
    if isinstance(value, Gap) or not isinstance(value, bool):
        yield lost(_WHAT, path, value if isinstance(value, Gap) else Gap.WRONG)
    elif value:
        why = "it may be copied to any region later; leave it in one, or have the rule exempted"
        yield Place(what=_WHAT, path=path, why_unknown=why)


def _hidden(path: str, value: Any) -> Iterator[Place]:
    if isinstance(value, Gap):
        yield lost(_WHAT, path, value)
        return
    why = "its other members are made elsewhere, in regions that this stack does not show"
    yield Place(what=_WHAT, path=path, why_unknown=why)


def _bucket(resource: Resource, path: str, value: Any, view: View) -> Iterator[Place]:
    """Return where a bucket is; neither its name nor its ARN says so, only its own resource."""
    if value is Gap.UNKNOWN:
        yield from _likely(resource, path, view)
        return
    if isinstance(value, Gap) or not isinstance(value, str):
        yield lost(_WHAT, path, value if isinstance(value, Gap) else Gap.WRONG)
        return
    named = _BUCKET_ARN.fullmatch(value)
    name = named["name"] if named else value
    found = list(buckets_named(name, view))
    if not found:
        why = f"no bucket '{name}' is in this stack, and its name says nothing of its region"
        yield Place(what=_WHAT, path=path, why_unknown=why, late=not view.complete)
    for bucket in found:
        for place in region_places(bucket):
            way = f"bucket {bucket.urn}; {place.provenance}"
            yield replace(place, what=_WHAT, path=path, provenance=way)


def _likely(resource: Resource, path: str, view: View) -> Iterator[Place]:
    """Return where the buckets are that a value comes out of which is not there yet."""
    urns = resource.depends.get(path.split("[", maxsplit=1)[0].split(".", maxsplit=1)[0], ())
    found = [one for one in view.resources if one.urn in urns and one.type in BUCKETS]
    if not found:
        yield lost(_WHAT, path, Gap.UNKNOWN)
    for bucket in found:
        for place in region_places(bucket):
            way = f"{path} comes out of {bucket.urn}; {place.provenance}"
            yield replace(place, what=_WHAT, path=path, provenance=way, tentative=True, late=True)
