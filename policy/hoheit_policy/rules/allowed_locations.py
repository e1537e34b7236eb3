"""LOC-01: data is in countries that the profile allows.

LOC-07 to LOC-10 ask about the locations of Hetzner Cloud, because what they ask is more: that a
resource states one. LOC-01 and LOC-02 leave these out, so that each is reported once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hoheit_policy.resource import ALWAYS
from hoheit_policy.rule import Remediation, Rule, Severity
from hoheit_policy.verdict import Judgement, failed, passed, unknown
from hoheit_policy.where import places_but_hetzners

from ._place_rule import NO_PROFILE, of_resource, of_stack

if TYPE_CHECKING:
    from hoheit_facts import Profile

    from hoheit_policy.places import Place


def judge_country(place: Place, profile: Profile | None) -> Judgement:
    """Answer for one place; a country that no table knows is not allowed."""
    if not place.countries:
        text = f"{place.what}: country unknown, {place.why_unknown}"
        return unknown(place.path, text, late=place.late, provenance=place.provenance)
    here = " or ".join(place.countries)
    if profile is None:
        return unknown(place.path, f"{place.what}: in {here}, but {NO_PROFILE}")
    if set(place.countries) <= profile.allowed_countries:
        return passed(place.path, f"{place.what}: in {here}", place.provenance)
    return failed(
        place.path,
        f"{place.what}: in {here}; profile {profile.name} allows "
        f"{', '.join(profile.countries)}; choose a place there, or another profile",
        place.provenance,
    )


ALLOWED_LOCATIONS = Rule(
    id="LOC-01",
    title="Data is in allowed countries",
    asks=(
        "Clusters, stores, volumes, AWS resources and recipients of user data are in countries "
        "that the profile allows. A registry or hub that only hands out images and weights gets "
        "no user data and is not asked. LOC-07 to LOC-10 ask about Hetzner's locations."
    ),
    severity=Severity.CRITICAL,
    phases=ALWAYS,
    controls=("GDPR Art. 44", "BSI C3A SOV-3-01", "BSI C5 PSS-12"),
    remediation=Remediation(
        en="Move the resource to a region or site in an allowed country, or declare another "
        "profile if the organisation's policy is another one.",
        de="Die Ressource in eine Region oder an einen Standort in einem erlaubten Land legen, "
        "oder ein anderes Profil erklären, wenn die Vorgabe der Organisation eine andere ist.",
    ),
    of_resource=of_resource(judge_country, places_but_hetzners),
    of_stack=of_stack(judge_country),
)
