"""Addresses that a cloud provider is told to use instead of those of its cloud."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from hoheit_facts import PROVIDER_URLS

from .known_services import completed, endpoint_of, known_place
from .places import Place, located, lost
from .register_places import declared_location
from .values import Gap, list_at, map_at, text_at
from .view import View

_LIST = "endpoints"


@dataclass(frozen=True, kw_only=True)
class ProviderUrl:
    """One address, and the service that answers there."""

    path: str
    service: str
    """Name of an AWS service; empty where every request goes there."""
    url: str | Gap


def urls_of(provider_type: str, inputs: Any) -> Iterator[ProviderUrl]:
    """Return every address of its own that a provider is given, and what cannot be read of them."""
    for field in PROVIDER_URLS.get(provider_type, ()):
        if field == _LIST:
            yield from _listed(inputs)
        elif (url := text_at(inputs, field)) is not Gap.MISSING:
            yield ProviderUrl(path=field, service="", url=url)


def _listed(inputs: Any) -> Iterator[ProviderUrl]:
    entries = list_at(inputs, _LIST)
    if isinstance(entries, Gap):
        if entries is not Gap.MISSING:
            yield ProviderUrl(path=_LIST, service="", url=entries)
        return
    for index, entry in enumerate(entries):
        path, services = f"{_LIST}[{index}]", map_at(entry)
        if isinstance(services, Gap):
            yield ProviderUrl(path=path, service="", url=services)
            continue
        for service in services:
            url = text_at(services, service)
            if url is not Gap.MISSING:
                yield ProviderUrl(path=f"{path}.{service}", service=service, url=url)


def place_of(found: ProviderUrl, above: str, view: View) -> Place:
    """Return where an address leads: by tables, else by the declared endpoints."""
    what, path = f"endpoint of the provider for {found.service or 'all'}", f"{above}{found.path}"
    if isinstance(found.url, Gap):
        return lost(what, path, found.url)
    try:
        host, port = endpoint_of(found.url)
    except ValueError:
        return lost(what, path, Gap.WRONG)
    place = Place(what=f"{what} at {host}", path=path, why_unknown=_undeclared(host))
    declared = located(
        place.what, path, declared_location(view.declarations, host, port), view.today
    )
    known = known_place(place, found.url)
    if known is not None:
        return completed(known, declared)
    return declared if declared.countries else replace(place, operator=declared.operator)


def _undeclared(host: str) -> str:
    return f"requests go to {host}, whatever the region says; declare endpoints.{host}"
