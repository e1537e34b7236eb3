"""AI-01 and AI-02: Amazon Bedrock asks models and guardrails in allowed countries."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from hoheit_facts import GEOGRAPHIES, MODEL_FIELDS

from hoheit_policy.aws_codes import aws_place
from hoheit_policy.aws_places import is_aws, region_places
from hoheit_policy.places import Place, lost
from hoheit_policy.resource import ALWAYS
from hoheit_policy.rule import Remediation, Rule, Severity
from hoheit_policy.tree_paths import values_at
from hoheit_policy.values import Gap
from hoheit_policy.verdict import Judgement, Verdict, unknown

from .allowed_locations import judge_country

if TYPE_CHECKING:
    from hoheit_policy.resource import Resource
    from hoheit_policy.rule import OfResource
    from hoheit_policy.view import View

_WHAT = "request to Amazon Bedrock"
_MODEL = ":foundation-model/"
_HIDDEN = "application-inference-profile/"
_PROFILE = re.compile(r"(?P<geography>[a-z-]+)\.[a-z0-9-]+\..+")
"""Name of a profile; that of a model has one part less."""


def asked_by(rule: str) -> OfResource:
    """Return the answer about the models and profiles that one rule asks about."""
    asked = [one for one in MODEL_FIELDS if one.rule == rule]

    def answer(resource: Resource, view: View) -> Iterator[Judgement]:
        for field in asked:
            if field.type == resource.type and is_aws(resource):
                for path, value in values_at(resource.inputs, field.path):
                    yield from _judge(resource, path, value, view)

    return answer


def _judge(resource: Resource, path: str, value: Any, view: View) -> Iterator[Judgement]:
    profile = view.declarations.policy
    found = _PROFILE.fullmatch(_name(value))
    geography = GEOGRAPHIES.get(found["geography"]) if found else None
    if geography is None:
        for place in _places(resource, path, value, profiled=found is not None):
            yield judge_country(place, profile)
        return
    way = f"table of geographies, {geography.prefix}"
    place = Place(what=_WHAT, path=path, countries=geography.countries, provenance=way)
    judged = judge_country(place, profile)
    if judged.verdict is not Verdict.PASS or geography.settled:
        yield judged
        return
    text = f"{judged.message}, or elsewhere: that differs from model to model; ask in one region"
    yield unknown(path, text, provenance=way)


def _name(value: Any) -> str:
    """Return the name of a profile, also from its ARN; nothing for what is none."""
    if not isinstance(value, str) or _MODEL in value or _HIDDEN in value:
        return ""
    return value.rsplit("/", 1)[-1]


def _places(resource: Resource, path: str, value: Any, *, profiled: bool) -> Iterator[Place]:
    if isinstance(value, Gap) or not isinstance(value, str) or not value:
        yield lost(_WHAT, path, value if isinstance(value, Gap) else Gap.WRONG)
    elif profiled or _HIDDEN in value or (value.startswith("arn:") and _MODEL not in value):
        why = "the profile sends requests to regions that nobody sees here; name a model"
        yield Place(what=_WHAT, path=path, why_unknown=why)
    elif value.startswith("arn:"):
        yield aws_place(_WHAT, path, value)
    else:
        yield from region_places(resource)


_REMEDIATION = Remediation(
    en="Name a model of one allowed region instead of a profile over several.",
    de="Ein Modell einer erlaubten Region nennen statt eines Profils über mehrere.",
)

MODEL_REGIONS = Rule(
    id="AI-01",
    title="Models of Bedrock are asked in allowed countries",
    asks=(
        "Every model or inference profile that Amazon Bedrock is told to use is asked in allowed "
        "countries only. A profile of a geography is asked wherever AWS chooses in it; that of the "
        "EU is unknown, because its regions differ from model to model."
    ),
    severity=Severity.CRITICAL,
    phases=ALWAYS,
    controls=("GDPR Art. 44", "BSI C3A SOV-3-01"),
    remediation=_REMEDIATION,
    of_resource=asked_by("AI-01"),
)

GUARDRAIL_REGIONS = Rule(
    id="AI-02",
    title="Guardrails of Bedrock judge in allowed countries",
    asks=(
        "No guardrail of Amazon Bedrock reads prompts and answers in regions outside of allowed "
        "countries: without crossRegionConfig it reads them in its own."
    ),
    severity=Severity.HIGH,
    phases=ALWAYS,
    controls=("GDPR Art. 44", "BSI C3A SOV-3-01"),
    remediation=Remediation(
        en="Remove crossRegionConfig of the guardrail.",
        de="crossRegionConfig der Guardrail entfernen.",
    ),
    of_resource=asked_by("AI-02"),
)
