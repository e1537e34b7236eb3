"""LOC-02: every place has a known country, and somebody or something to know it from.

LOC-07 to LOC-10 ask the same of Hetzner's locations, so that each is reported once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hoheit_policy.resource import ALWAYS
from hoheit_policy.rule import Remediation, Rule, Severity
from hoheit_policy.verdict import Judgement, failed, passed, unknown
from hoheit_policy.where import places_but_hetzners

from ._place_rule import of_resource, of_stack

if TYPE_CHECKING:
    from hoheit_facts import Profile

    from hoheit_policy.places import Place


def judge_known(place: Place, _profile: Profile | None) -> Judgement:
    """Answer for one place; what is written down and cannot be read, or not yet, is no failure."""
    if place.countries:
        return passed(place.path, f"{place.what}: country known", place.provenance)
    text = f"{place.what}: country unknown, {place.why_unknown}"
    if place.late or place.unreadable:
        return unknown(place.path, f"{text}; write it down as a plain value", late=place.late)
    return failed(
        place.path,
        f"{text}; state it, or declare the location with its source",
        place.provenance,
    )


KNOWN_LOCATIONS = Rule(
    id="LOC-02",
    title="No location is unknown",
    asks="Every place that LOC-01 asks about has a country that is derived or declared.",
    severity=Severity.HIGH,
    phases=ALWAYS,
    controls=("GDPR Art. 30(1)(e)", "BSI C3A SOV-3-01-C1"),
    remediation=Remediation(
        en="State region or location where the resource has such a field; declare it in "
        "declarations.clusters or declarations.endpoints where it has none.",
        de="Region oder Standort angeben, wo die Ressource ein solches Feld hat; sonst unter "
        "declarations.clusters oder declarations.endpoints erklären.",
    ),
    of_resource=of_resource(judge_known, places_but_hetzners),
    of_stack=of_stack(judge_known),
)
