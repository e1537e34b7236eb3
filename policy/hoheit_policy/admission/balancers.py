"""Places in CEL: where Hetzner's controller puts a load balancer that an annotation asks for."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from hoheit_facts import REGIONS, ZONES

from hoheit_policy.kubernetes_places import HETZNER_NOTES
from hoheit_policy.resource import Resource
from hoheit_policy.rules.allowed_locations import ALLOWED_LOCATIONS
from hoheit_policy.rules.known_locations import KNOWN_LOCATIONS
from hoheit_policy.rules.operators import OPERATORS_RULE
from hoheit_policy.verdict import Judgement, Verdict

from .cel import mapped, text
from .check import Check
from .subject import SERVICES

if TYPE_CHECKING:
    from hoheit_policy.rule import Rule
    from hoheit_policy.view import View

_CLOUD = "hcloud"
_OTHER = "CODE"
"""Stands in a message of a rule for a code that no table knows."""


def balancer_checks(view: View) -> Iterator[Check]:
    """Return the checks of Services by each rule on places that refuses a code at all."""
    for rule in (ALLOWED_LOCATIONS, KNOWN_LOCATIONS, OPERATORS_RULE):
        findings = [_of(rule, key, view) for key in HETZNER_NOTES]
        if any(findings):
            yield Check(
                rule=rule,
                subject=SERVICES,
                variables=(("notes", "dyn(object).metadata.?annotations.orValue({})"),),
                findings=" + ".join(one for one in findings if one),
            )


def _of(rule: Rule, key: str, view: View) -> str:
    """Return the findings on one annotation; an empty text where every code is allowed."""
    codes = sorted({code for provider, code in (*REGIONS, *ZONES) if provider == _CLOUD})
    table = {code: _answers(rule, key, code, view) for code in codes}
    other = _answers(rule, key, _OTHER, view)
    if not other and not any(table.values()):
        return ""
    code = f'variables.notes[?{text(key)}].orValue("")'
    known = mapped({name: _listed(answers, text(name)) for name, answers in table.items()})
    return f'({code} == "" ? [] : {known}[?{code}].orValue({_listed(other, code)}))'


def _listed(answers: list[Judgement], code: str) -> str:
    said = [
        mapped(
            {
                "verdict": text(one.verdict.value),
                "path": text(one.path),
                "message": f" + {code} + ".join(text(part) for part in one.message.split(_OTHER)),
            }
        )
        for one in answers
    ]
    return f"[{', '.join(said)}]"


def _answers(rule: Rule, key: str, code: str, view: View) -> list[Judgement]:
    """Ask a rule about a Service with the annotation; what it passes is left out."""
    service = Resource(
        urn="service",
        type="kubernetes:core/v1:Service",
        name="service",
        inputs={"metadata": {"annotations": {key: code}}},
        custom=False,
    )
    asked = rule.of_resource(service, view) if rule.of_resource else ()
    return [one for one in asked if one.verdict is not Verdict.PASS]
