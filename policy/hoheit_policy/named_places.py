"""Places that anything in a resource of AWS names, in whatever field: the net under the rules.

Rules ask about fields that a table lists. AWS has thousands, and new ones each week; a region, an
ARN, a bucket or a URL shows itself in all of them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from hoheit_facts import DESTINATIONS, REGIONS, service_at

from .aws_buckets import buckets_named
from .aws_codes import aws_place
from .aws_places import is_aws, region_places
from .aws_zones import zone_places
from .copies import copies_of
from .hosts import Host, hosts_in
from .known_services import completed, is_of_aws, known_place
from .leaves import leaves_in
from .places import AWS_PARTITIONS, Place, located, lost
from .register_places import declared_location
from .texts import hosts_named
from .values import Gap
from .where import places_of

if TYPE_CHECKING:
    from .resource import Resource
    from .view import View

_PARTS = [code.split("-") for provider, code in REGIONS if provider in AWS_PARTITIONS]
_AREAS = "|".join(sorted({parts[0] for parts in _PARTS}))
_DIRECTIONS = "|".join(sorted({parts[-2] for parts in _PARTS}))
CODE = re.compile(
    rf"(?<![\w-])(?:{_AREAS})-(?:[a-z]+-)*(?:{_DIRECTIONS})-\d(?:-[a-z]+-\d)?[a-z]?(?![\w-])"
)
"""A region or a zone that stands by itself, in a list, an ARN or a host. One that is too new for
the table is made of the same words."""
_ARN = re.compile(r"arn:[a-z-]+:[a-z0-9-]+:[^\s\"']*")
_PLACE = re.compile(r"(?i:regions?|zones?|locations?|endpoints?|ur[il]s?)(?:\[\d+\])?$")
"""End of a path to something that is a place by its name."""
_BUCKET = re.compile(r"(?i:bucket(?:name|arn)?)(?:\[\d+\])?$")
"""End of a path to the name of a bucket."""
_BUCKET_ARN = re.compile(r"arn:[a-z-]+:s3:::(?P<name>[^/*\s\"']+)")
_BUCKET_URL = re.compile(r"\bs3://(?P<name>[^/?#*\s\"']+)", re.IGNORECASE)
_GRANTS = ("aws:iam/", "aws:organizations/")
"""They say who may do what where, and put nothing anywhere."""
_COPIES = tuple(copies_of(rule) for rule in sorted({one.rule for one in DESTINATIONS}))


def named_places(resource: Resource, view: View) -> Iterator[Place]:
    """Return every place that a text in a resource of AWS names and no other rule asks about."""
    if not is_aws(resource) or resource.type.startswith(_GRANTS):
        return
    asked = {place.path for place in _asked(resource, view)}
    for above, tree in (("", resource.inputs), ("outputs", resource.outputs)):
        for path, value in leaves_in(tree, above):
            if path in asked:
                continue
            if not isinstance(value, str):
                yield from _unread(path, value)
                continue
            yield from _coded(path, value)
            yield from _bucket(path, value, view)
            if not above:
                yield from _contacted(path, value, view)


def _unread(path: str, value: Any) -> Iterator[Place]:
    """Return what cannot be read where a place is expected; elsewhere it may be anything."""
    if _PLACE.search(path):
        yield lost("place", path, value if isinstance(value, Gap) else Gap.WRONG)


def _asked(resource: Resource, view: View) -> Iterator[Place]:
    for places in (places_of, zone_places, *_COPIES):
        yield from places(resource, view)


def _coded(path: str, text: str) -> Iterator[Place]:
    """Return the regions and zones in a text, and ARNs that stand for something elsewhere."""
    for code in sorted(set(CODE.findall(text))):
        yield aws_place(f"'{code}'", path, code)
    for arn in sorted(set(_ARN.findall(text))):
        if ":outposts:" in arn:
            yield aws_place("Outpost", path, arn)


def _bucket(path: str, text: str, view: View) -> Iterator[Place]:
    found = [match["name"] for one in (_BUCKET_ARN, _BUCKET_URL) for match in one.finditer(text)]
    if not found and text and _BUCKET.search(path):
        found = [text]
    for name in found:
        yield from _bucket_named(name, path, view)


def _bucket_named(name: str, path: str, view: View) -> Iterator[Place]:
    what, own = f"bucket '{name}'", list(buckets_named(name, view))
    if not own:
        why = "it is not in this stack, and its name says nothing of its region"
        yield Place(what=what, path=path, why_unknown=why, late=not view.complete)
    for bucket in own:
        for place in region_places(bucket):
            way = f"{bucket.urn}; {place.provenance}"
            yield replace(place, what=what, path=path, provenance=way)


def _contacted(path: str, text: str, view: View) -> Iterator[Place]:
    """Return where the hosts of URLs are; those of AWS name their region, or are of no stack."""
    named = {Host(name=one, port=None) for one in hosts_named(text) if service_at(one)}
    for host in sorted(named | set(hosts_in(text)), key=str):
        if not is_of_aws(host.name):
            why = f"nobody declared where it is; declare endpoints.{host.name}"
            place = Place(what=host.name, path=path, why_unknown=why)
            stated = declared_location(view.declarations, host.name, host.port)
            declared = located(host.name, path, stated, view.today)
            known = known_place(place, f"https://{host.name}")
            yield completed(known, declared) if known else declared if stated else place
