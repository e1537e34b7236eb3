"""Countries: members of the EU and the EEA, and adequacy decisions of the Commission."""

from dataclasses import dataclass
from functools import cache
from typing import Any

from ._data import load


@dataclass(frozen=True, kw_only=True)
class Country:
    """One country, by what European data protection law asks of it first."""

    code: str
    """ISO 3166-1 alpha-2 code."""
    name: str
    eu: bool
    eea: bool
    adequacy: str | None
    """``full``, ``partial:`` and for whom, or None; the source is in the data file."""


def _read() -> dict[str, Country]:
    records: list[dict[str, Any]] = load("countries")["countries"]
    return {record["code"]: Country(**record) for record in records}


COUNTRIES: dict[str, Country] = _read()
"""Every country of the table by code; a code that is not here belongs to no group."""

_GROUPS: dict[str, frozenset[str]] = {
    "eu": frozenset(code for code, country in COUNTRIES.items() if country.eu),
    "eea": frozenset(code for code, country in COUNTRIES.items() if country.eea),
    "adequate": frozenset(code for code, one in COUNTRIES.items() if one.adequacy == "full"),
    "any": frozenset(COUNTRIES),
}


@cache
def countries_of(names: tuple[str, ...]) -> frozenset[str]:
    """Return the codes that ``names`` stand for: groups and single codes.

    Raises:
        KeyError: if a name is neither, so that a misspelt group is not an empty one.
    """
    unknown = [name for name in names if name not in _GROUPS and name not in COUNTRIES]
    if unknown:
        raise KeyError(f"no country and no group: {', '.join(unknown)}")
    return frozenset(code for name in names for code in _GROUPS.get(name, {name}))
