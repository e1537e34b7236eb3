"""Where the regions of a cloud are, who runs them, and hosts whose operator is known."""

from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

from ._data import load


@dataclass(frozen=True, kw_only=True)
class Region:
    """One region, or one location, of a cloud."""

    provider: str
    """Package of the cloud or its partition: ``aws``, ``aws-eusc``, ``hcloud``."""
    code: str
    name: str
    country: str
    """ISO 3166-1 alpha-2 code."""
    source: str


@dataclass(frozen=True, kw_only=True)
class Zone:
    """A network zone, of which a cloud chooses the location itself."""

    provider: str
    code: str
    countries: tuple[str, ...]
    source: str


@dataclass(frozen=True, kw_only=True)
class Operator:
    """Who runs a cloud, and from where its owner is controlled."""

    provider: str
    operator: str
    controlling_jurisdiction: str
    source: str


@dataclass(frozen=True, kw_only=True)
class Service:
    """A public host, or a pattern of hosts, whose operator is known."""

    host: str
    kind: str
    """``llm-api``, ``tracing`` or ``pulumi-cloud``."""
    operator: str
    controlling_jurisdiction: str
    source: str


_DATA: dict[str, list[dict[str, Any]]] = load("regions")

REGIONS: dict[tuple[str, str], Region] = {
    (record["provider"], record["code"]): Region(**record) for record in _DATA["regions"]
}
"""Every region by provider and code."""

ZONES: dict[tuple[str, str], Zone] = {
    (record["provider"], record["code"]): Zone(countries=tuple(record.pop("countries")), **record)
    for record in _DATA["zones"]
}
"""Every network zone by provider and code."""

OPERATORS: dict[str, Operator] = {
    record["provider"]: Operator(**record) for record in _DATA["operators"]
}
"""Every operator by provider."""

SERVICES: tuple[Service, ...] = tuple(
    Service(**record) for record in (*_DATA["services"], *load("services")["services"])
)
"""Hosts of public model APIs, of services that keep traces of prompts, and of Pulumi Cloud."""


def region_named(code: str, providers: tuple[str, ...]) -> Region | None:
    """Return the region with this code of the first provider that has it."""
    return next(
        (REGIONS[provider, code] for provider in providers if (provider, code) in REGIONS), None
    )


def service_at(host: str) -> Service | None:
    """Return the service that answers at ``host``."""
    return next((found for found in SERVICES if fnmatchcase(host.lower(), found.host)), None)
