"""Places that components of hoheit register: stores, and recipients of user data."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from pydantic import ValidationError

from .declarations import Declarations
from .location import Location
from .places import Place, located, lost
from .resource import Resource
from .values import Gap, at, has_gaps, list_at, map_at, text_at
from .view import View

_COMPONENTS = "hoheit:index:"
_RUN = "run"
_HTTPS_PORT = 443


def store_places(resource: Resource, view: View) -> Iterator[Place]:
    """Return every store that a component registers."""
    for path, store in listed(resource, "stores"):
        if isinstance(store, Gap):
            yield lost("store", path, store)
            continue
        name = text_at(store, "name")
        what = f"store '{name}'" if isinstance(name, str) else "store"
        yield _located(what, f"{path}.location", store, view)


def recipient_places(resource: Resource, view: View) -> Iterator[Place]:
    """Return every recipient that a component contacts while it runs.

    What is contacted at build or start gets no data of users: it hands out images and weights.
    An entry that does not say when counts as running.
    """
    for path, contact in listed(resource, "egress"):
        if isinstance(contact, Gap):
            yield lost("recipient", path, contact)
            continue
        when = text_at(contact, "when")
        if isinstance(when, str) and when != _RUN:
            continue
        host = text_at(contact, "host")
        what = f"recipient '{host}'" if isinstance(host, str) else "recipient"
        yield _located(what, f"{path}.location", contact, view)


@dataclass(frozen=True, kw_only=True)
class Contact:
    """A recipient that somebody declares."""

    host: str
    port: int


def contacts_of(resource: Resource) -> Iterator[Contact]:
    """Return the recipients that a component registers, whenever it contacts them."""
    for _, contact in listed(resource, "egress"):
        host, port = text_at(contact, "host"), at(contact, "port")
        if isinstance(host, str) and isinstance(port, int | float):
            yield Contact(host=host.lower(), port=int(port))


def endpoints_of(declarations: Declarations) -> Iterator[Contact]:
    """Return the recipients that the declarations name."""
    for text in declarations.endpoints or {}:
        host, port = split_port(text)
        yield Contact(host=host, port=port or _HTTPS_PORT)


def split_port(text: str) -> tuple[str, int | None]:
    """Return host and port of ``host`` or ``host:port``."""
    host, _, port = text.rpartition(":")
    return (host.lower(), int(port)) if host and port.isdigit() else (text.lower(), None)


def declared_location(
    declarations: Declarations, host: str, port: int | None = None
) -> Location | None:
    """Return the location that is declared for a port of a host, or else for the host.

    Another port may lead elsewhere, so an entry with one does not answer. Without a port it is
    that of HTTPS.
    """
    known = {split_port(text): where for text, where in (declarations.endpoints or {}).items()}
    name = host.lower()
    return known.get((name, port or _HTTPS_PORT), known.get((name, None)))


def listed(resource: Resource, field: str) -> Iterator[tuple[str, Any]]:
    """Return path and entry of what a component registers: its ``stores``, or its ``egress``."""
    if not resource.type.startswith(_COMPONENTS):
        return
    entries = list_at(resource.outputs, field)
    if isinstance(entries, Gap):
        if entries is not Gap.MISSING:
            yield field, entries
        return
    for index, item in enumerate(entries):
        yield f"{field}[{index}]", item


def _located(what: str, path: str, entry: Any, view: View) -> Place:
    given = map_at(entry, "location")
    if isinstance(given, Gap):
        return lost(what, path, given)
    # Left out, not handed over: pydantic takes an enum of texts for a text.
    readable = {name: fact for name, fact in given.items() if not has_gaps(fact)}
    try:
        location = Location.model_validate(readable)
    except ValidationError:
        return lost(what, path, Gap.WRONG)
    late = any(at(given, name, "value") is Gap.UNKNOWN for name in given.keys() - readable.keys())
    completed = _completed(location, entry, view)
    return replace(located(what, path, completed, view.today), late=late)


def _completed(location: Location, entry: Any, view: View) -> Location:
    """Return a location in which the declared endpoint fills what the component does not know."""
    host, port = text_at(entry, "host"), at(entry, "port")
    if isinstance(host, Gap):
        return location
    number = int(port) if isinstance(port, int | float) else None
    declared = declared_location(view.declarations, host, number)
    if declared is None:
        return location
    known = {name: fact for name, fact in location if not fact.why_unknown(view.today)}
    return declared.model_copy(update=known)
