"""GOV-04: who runs a place is known, and controlled from where the profile allows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hoheit_policy.resource import ALWAYS
from hoheit_policy.rule import Remediation, Rule, Severity
from hoheit_policy.verdict import Judgement, failed, passed, unknown

from ._place_rule import NO_PROFILE, of_resource, of_stack

if TYPE_CHECKING:
    from hoheit_facts import Profile

    from hoheit_policy.places import Place


def judge_operator(place: Place, profile: Profile | None) -> Judgement:
    """Answer for one place; a jurisdiction that no table knows is not allowed."""
    missing = [
        name
        for name, value in (
            ("operator", place.operator),
            ("controlling_jurisdiction", place.jurisdiction),
        )
        if not value
    ]
    if missing or place.jurisdiction is None:
        return unknown(
            place.path,
            f"{place.what}: {' and '.join(missing)} unknown; declare them in its location",
            late=place.late,
            provenance=place.provenance,
        )
    who = f"{place.what}: run by {place.operator}, controlled from {place.jurisdiction}"
    if profile is None:
        return unknown(place.path, f"{who}, but {NO_PROFILE}")
    if place.jurisdiction in profile.allowed_jurisdictions:
        return passed(place.path, who, place.provenance)
    return failed(
        place.path,
        f"{who}; profile {profile.name} allows {', '.join(profile.jurisdictions)}; choose "
        "another operator, or another profile",
        place.provenance,
    )


OPERATORS_RULE = Rule(
    id="GOV-04",
    title="Operators and their owners are known and allowed",
    asks=(
        "The operator of every place that LOC-01 and LOC-07 to LOC-10 ask about is known, and the "
        "country from which its owner is controlled is one that the profile allows."
    ),
    severity=Severity.HIGH,
    phases=ALWAYS,
    controls=("BSI C3A SOV-1", "EU Cloud Sovereignty Framework SOV-1, SOV-2"),
    remediation=Remediation(
        en="Declare operator and controlling_jurisdiction with evidence, for example a contract "
        "or a register entry; change the operator where the profile does not allow it.",
        de="operator und controlling_jurisdiction mit Nachweis erklären, etwa einem Vertrag oder "
        "Registerauszug; den Betreiber wechseln, wo das Profil ihn nicht erlaubt.",
    ),
    of_resource=of_resource(judge_operator),
    of_stack=of_stack(judge_operator),
)
