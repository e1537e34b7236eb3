"""Where a resource of Hetzner Cloud is: by its own fields, or beside the resource that it names."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import chain

from hoheit_facts import HCLOUD_FIELDS, HCLOUD_WITHOUT_PLACE, HcloudFields

from .places import Place, in_region, in_zone, lost
from .provider_urls import place_of, urls_of
from .references import Reference, refer
from .resource import Resource
from .values import Gap, text_at
from .view import View

PROVIDER = "pulumi:providers:hcloud"
PACKAGE = "hcloud"
_WHAT = "Hetzner Cloud resource"
_ZONE = "networkZone"
_OF_A_DATACENTER = re.compile(r"-dc\d+$")


def hcloud_places(resource: Resource, view: View) -> Iterator[Place]:
    """Return where a resource is, and where the requests of its provider go."""
    return chain(hcloud_addresses(resource, view), hcloud_locations(resource, view))


def hcloud_addresses(resource: Resource, view: View) -> Iterator[Place]:
    """Return where the requests of a provider go, and what nobody knows the place of."""
    if _is_unheard_of(resource):
        why = "no table says where this type is; have it exempted, or use a newer hoheit"
        yield Place(what=resource.type, path="", why_unknown=why, unreadable=True)
    if resource.type == PROVIDER:
        for url in urls_of(PROVIDER, resource.inputs):
            yield place_of(url, "", view)
    elif resource.type in HCLOUD_FIELDS and resource.provider is not None:
        for url in urls_of(PROVIDER, resource.provider.inputs):
            yield place_of(url, "provider.", view)


def _is_unheard_of(resource: Resource) -> bool:
    made = resource.package == PACKAGE and resource.custom
    return made and resource.type not in HCLOUD_FIELDS.keys() | HCLOUD_WITHOUT_PLACE


def hcloud_locations(resource: Resource, view: View) -> Iterator[Place]:
    """Return where a resource is, by its fields or beside another one."""
    known = HCLOUD_FIELDS.get(resource.type)
    if known is None:
        return
    for place in _location_places(resource, known, view):
        yield _allowed_part(place, view) if known.fields == (_ZONE,) else place


def _allowed_part(place: Place, view: View) -> Place:
    """Return what is allowed of a network zone for what holds nothing itself, a subnet.

    There is one zone for all of Europe; each server in the subnet says where it is.
    """
    policy = view.declarations.policy
    allowed = set(place.countries) & policy.allowed_countries if policy else set[str]()
    if not allowed:
        return place
    way = f"{place.provenance}; it holds nothing itself"
    return replace(place, countries=tuple(sorted(allowed)), provenance=way)


def located_by(rule: str) -> Callable[[Resource, View], Iterator[Place]]:
    """Return what finds the locations that one rule asks about."""

    def found(resource: Resource, view: View) -> Iterator[Place]:
        known = HCLOUD_FIELDS.get(resource.type)
        if known is not None and known.rule == rule:
            yield from hcloud_locations(resource, view)

    return found


def _location_places(resource: Resource, known: HcloudFields, view: View) -> Iterator[Place]:
    """Return the location that a resource names, and any other that the state shows."""
    stated = _stated(resource.inputs, known)
    shown = _stated(resource.outputs, known)
    if stated is not None:
        yield stated
        yield from _others(resource, known, stated)
        if shown is not None and shown.countries and shown.countries != stated.countries:
            yield replace(shown, path=f"outputs.{shown.path}")
    elif shown is not None:
        way = f"location that the state shows; {shown.provenance}"
        yield replace(shown, path=f"outputs.{shown.path}", provenance=way)
    elif known.follows:
        yield from _beside(resource, known, known.follows, view)
    else:
        why = f"no {' or '.join(known.fields)} is stated, so the API chooses; state it"
        yield Place(what=_WHAT, path=known.fields[0], why_unknown=why)


def _stated(tree: object, known: HcloudFields) -> Place | None:
    for field in known.fields:
        given = text_at(tree, field)
        if given is not Gap.MISSING:
            return _coded(field, given)
    return None


def _others(resource: Resource, known: HcloudFields, first: Place) -> Iterator[Place]:
    """Return what other fields name elsewhere, or in a way that cannot be read."""
    for field in known.fields:
        given = text_at(resource.inputs, field)
        if given is not Gap.MISSING and field != first.path:
            other = _coded(field, given)
            if not set(first.countries) <= set(other.countries):
                yield other


def _coded(field: str, given: str | Gap) -> Place:
    if isinstance(given, Gap):
        return lost(_WHAT, field, given)
    if field == _ZONE:
        return in_zone(_WHAT, field, given, PACKAGE)
    return in_region(_WHAT, field, _OF_A_DATACENTER.sub("", given), (PACKAGE,))


def _beside(resource: Resource, known: HcloudFields, field: str, view: View) -> Iterator[Place]:
    found = refer(resource, field, known.targets, view)
    if found is Gap.MISSING and not known.fields:
        why = f"what it leads to is not named by {field}, so nobody sees where that is"
        yield Place(what=_WHAT, path=field, why_unknown=why, unreadable=True)
        return
    if isinstance(found, Gap):
        yield lost(_WHAT, field, found)
        return
    if not found:
        why = f"{field} leads to nothing of this stack, and it lies where that is"
        yield Place(what=_WHAT, path=field, why_unknown=why, late=not view.complete)
    for reference in found:
        for place in hcloud_places(reference.resource, view):
            yield _followed(place, field, reference)


def _followed(place: Place, field: str, reference: Reference) -> Place:
    way = f"{field} leads to {reference.resource.urn}"
    return replace(
        place,
        what=_WHAT,
        path=field,
        provenance=f"{way}; {place.provenance}",
        tentative=reference.tentative,
        late=place.late or reference.tentative,
    )
