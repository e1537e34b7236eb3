"""Profiles: what an organisation declares as its own policy for where data may be."""

from dataclasses import dataclass
from typing import Any

from ._data import load
from .countries import countries_of


@dataclass(frozen=True, kw_only=True)
class Profile:
    """One policy. It is never a claim that a law demands it."""

    name: str
    says: str
    countries: tuple[str, ...]
    """Groups and codes of the countries where data may be."""
    jurisdictions: tuple[str, ...]
    """The same for the country from which an operator is controlled."""
    enforcement: str
    """``stop``: what fails ends the run. ``report``: it is shown."""
    unknown: str
    """The same for what nobody knows."""

    @property
    def allowed_countries(self) -> frozenset[str]:
        """Codes of the countries where data may be."""
        return countries_of(self.countries)

    @property
    def allowed_jurisdictions(self) -> frozenset[str]:
        """Codes of the countries from which an operator may be controlled."""
        return countries_of(self.jurisdictions)


def _read() -> dict[str, Profile]:
    records: list[dict[str, Any]] = load("profiles")["profiles"]
    profiles: dict[str, Profile] = {}
    for record in records:
        lists = {key: tuple(record.pop(key)) for key in ("countries", "jurisdictions")}
        profiles[record["name"]] = Profile(**lists, **record)
    return profiles


PROFILES: dict[str, Profile] = _read()
"""Every profile by name."""
