"""One value of the evidence: what it rests on, of which day, and how sure that is."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Any

from hoheit_policy.location import Fact, SourceKind

if TYPE_CHECKING:
    from hoheit_policy.places import Place
    from hoheit_policy.record import Paper

    from .inputs import Inputs

Field = dict[str, Any]
"""``value``, ``source``, ``by``, ``as_of``, ``confidence``: JSON as it stands in the evidence."""


SEVERAL = " / "
"""Stands between the countries of a place that a cloud chooses."""


class Origin(StrEnum):
    """Where a value comes from; the five are never mixed."""

    STATE = "state"
    """Read in the stored state, if with the help of a table of facts."""
    PROGRAM = "program"
    """Worked out by a component of the program, which wrote down from what."""
    DECLARED = "declared"
    """Somebody says so."""
    LIVE = "live"
    """Asked of what runs. Nothing is asked so far."""
    UNKNOWN = "unknown"


class Confidence(StrEnum):
    """How far a value carries."""

    HIGH = "high"
    """Read in the state."""
    MEDIUM = "medium"
    """Worked out by a program, or declared by name, on a day, with evidence."""
    NONE = "none"


def unknown(why: str = "") -> Field:
    """Return a field whose value nobody knows."""
    return _field(None, Origin.UNKNOWN, why, None, Confidence.NONE)


def of_state(value: str | None, by: str, inputs: Inputs) -> Field:
    """Return a field that was read in the state."""
    if value is None:
        return unknown(by)
    return _field(value, Origin.STATE, by, inputs.state_day, Confidence.HIGH)


def of_fact(fact: Fact, inputs: Inputs) -> Field:
    """Return a fact of a declaration or of a component as a field."""
    if fact.value is None:
        return unknown("nobody said so")
    if why := fact.why_unknown(inputs.today):
        return unknown(why)
    source = fact.source
    if source.kind is SourceKind.DECLARED:
        text = f"{source.by}: {source.evidence}"
        day = source.declared_on.isoformat() if source.declared_on else None
        return _field(fact.value, Origin.DECLARED, text, day, Confidence.MEDIUM)
    return _field(fact.value, Origin.PROGRAM, source.by, inputs.state_day, Confidence.MEDIUM)


def of_paper(paper: Paper | None, inputs: Inputs) -> Field:
    """Return a contract, an attestation or a basis of transfer as a field."""
    if paper is None:
        return unknown("nobody declared it")
    if why := paper.why_unknown(inputs.today):
        return unknown(why)
    return {**of_fact(paper.fact, inputs), "value": str(paper)}


def of_plain_fact(entry: Any, inputs: Inputs, otherwise: Fact | None = None) -> Field:
    """Return a fact as a register writes it, or another where it has none.

    One that is written otherwise than a fact is unknown, whatever else is said.
    """
    try:
        fact = Fact.model_validate(entry)
    except ValueError:
        return unknown("not written as a fact")
    return of_fact(otherwise if otherwise and fact.value is None else fact, inputs)


def of_place(place: Place, inputs: Inputs) -> dict[str, Field]:
    """Return country, operator and controlling jurisdiction of a place."""
    if place.location is not None:
        facts = place.location
        found = {
            "country": of_fact(facts.country, inputs),
            "operator": of_fact(facts.operator, inputs),
            "jurisdiction": of_fact(facts.controlling_jurisdiction, inputs),
        }
        if not facts.country.value:
            found["country"] = unknown(place.why_unknown)
        return found
    country = SEVERAL.join(place.countries) or None
    why = place.provenance if country else place.why_unknown
    return {
        "country": of_state(country, why, inputs),
        "operator": of_state(place.operator, _reason(place.operator, place), inputs),
        "jurisdiction": of_state(place.jurisdiction, _reason(place.jurisdiction, place), inputs),
    }


def _reason(value: str | None, place: Place) -> str:
    return place.provenance if value else place.why_unknown or "no table says it"


def _field(
    value: str | None, source: Origin, by: str, as_of: str | None, confidence: Confidence
) -> Field:
    return {
        "value": value,
        "source": source.value,
        "by": by,
        "as_of": as_of,
        "confidence": confidence.value,
    }
