"""Where data is: every place that a resource makes, uses or sends user data to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from hoheit_facts import OPERATORS, REGIONS, ZONES, region_named

from .location import Fact, Location
from .values import Gap

if TYPE_CHECKING:
    from datetime import date

    from .location import Source


@dataclass(frozen=True, kw_only=True)
class Place:
    """One place, as far as it is known."""

    what: str
    path: str
    countries: tuple[str, ...] = ()
    """More than one where a cloud chooses; none where nobody knows."""
    operator: str | None = None
    jurisdiction: str | None = None
    """Country from which the operator is controlled."""
    provenance: str = "nobody said so"
    why_unknown: str = ""
    """What keeps the country from being known."""
    late: bool = False
    """The update will know it."""
    unreadable: bool = False
    """Something is written there that is a secret, or of a wrong type."""
    tentative: bool = False
    """It follows from what the value depends on, not from the value, which is not there yet."""
    location: Location | None = None
    """What is said of it, each fact with its own source, as far as it counts today."""


def located(what: str, path: str, location: Location | None, today: date) -> Place:
    """Return a place whose location somebody declared or derived, as far as it counts today."""
    if location is None:
        return Place(what=what, path=path, why_unknown="nobody declared it")
    counts = location.as_of(today)
    country = counts.country
    return Place(
        what=what,
        path=path,
        countries=(country.value,) if country.value else (),
        operator=counts.operator.value,
        jurisdiction=counts.controlling_jurisdiction.value,
        provenance=_provenance(country),
        why_unknown=location.country.why_unknown(today),
        location=counts,
    )


def lost(what: str, path: str, gap: Gap) -> Place:
    """Return a place whose location cannot be read."""
    return Place(
        what=what,
        path=path,
        why_unknown=gap.value,
        late=gap is Gap.UNKNOWN,
        unreadable=gap in (Gap.SECRET, Gap.WRONG, Gap.UNSEEN),
    )


def in_region(what: str, path: str, code: str, providers: tuple[str, ...]) -> Place:
    """Return a place in a region of a cloud; a code that no table knows is nowhere."""
    region = region_named(code, providers)
    if region is None:
        return Place(
            what=what,
            path=path,
            countries=(f"region '{code}' of no known country",),
            provenance="no table of regions has the code",
        )
    return _of(what, path, region.provider, (region.country,), code)


def in_zone(what: str, path: str, code: str, provider: str) -> Place:
    """Return a place in one of the locations of a network zone."""
    zone = ZONES.get((provider, code))
    if zone is None:
        return in_region(what, path, code, (provider,))
    return _of(what, path, provider, zone.countries, code)


def _of(what: str, path: str, provider: str, countries: tuple[str, ...], code: str) -> Place:
    operator = OPERATORS[provider]
    return Place(
        what=what,
        path=path,
        countries=countries,
        operator=operator.operator,
        jurisdiction=operator.controlling_jurisdiction,
        provenance=f"table of regions, {provider} {code}",
    )


def _provenance(fact: Fact) -> str:
    source: Source = fact.source
    return str(source)


AWS_PARTITIONS = tuple(dict.fromkeys(name for name, _ in REGIONS if name.startswith("aws")))
"""Partitions of AWS; a region's code is in one of them only."""
