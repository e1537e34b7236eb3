"""What the rules say, and which controls that supports."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from hoheit_facts import CONTROLS

from hoheit_policy.judging import plain
from hoheit_policy.verdict import Verdict

from .german import GERMAN

if TYPE_CHECKING:
    from hoheit_facts import Control

    from hoheit_policy.judging import Report

    from .inputs import Inputs


def findings(report: Report) -> list[dict[str, Any]]:
    """Return every finding, the bad ones first, else in the order of the rules."""
    order = list(Verdict)
    return [plain(one) for one in sorted(report.findings, key=lambda one: order.index(one.verdict))]


def rules(report: Report) -> list[dict[str, Any]]:
    """Return every rule: what it asks, in both languages, and how often it gave which verdict."""
    return [
        {
            "id": rule.id,
            "title": rule.title,
            "asks": rule.asks,
            "german": GERMAN[rule.id]._asdict() if rule.id in GERMAN else None,
            "severity": rule.severity.value,
            "controls": list(rule.controls),
            "remediation": {"de": rule.remediation.de, "en": rule.remediation.en},
            "counts": _counts(report, {rule.id}),
        }
        for rule in report.rules
    ]


def controls(report: Report) -> list[dict[str, Any]]:
    """Return every control with the rules that support it; none proves it."""
    names = sorted({name for rule in report.rules for name in rule.controls})
    found: list[dict[str, Any]] = []
    for name in names:
        ids = [rule.id for rule in report.rules if name in rule.controls]
        found.append(
            {
                "control": name,
                "rules": ids,
                "counts": _counts(report, set(ids)),
                **_looked_up(CONTROLS.get(name)),
            }
        )
    return found


def _looked_up(control: Control | None) -> dict[str, Any]:
    """Return what the table of controls says; nothing where a rule names one that it has not."""
    names = ("title", "supports", "does_not_prove", "version", "source", "verified_on")
    if control is None:
        return dict.fromkeys(names)
    known = asdict(control)
    return {name: known[name] for name in names}


def exemptions(inputs: Inputs, report: Report) -> list[dict[str, Any]]:
    """Return every exemption with whether it holds and whether it means a finding."""
    return [
        {
            **one.model_dump(mode="json"),
            "expired": one.until < inputs.today,
            "used": one not in report.unused_exemptions,
        }
        for one in inputs.declarations.exemptions
    ]


def outcome(report: Report) -> str:
    """Return the worst verdict that counts for the whole: FAIL, UNKNOWN, or PASS."""
    stopping = {one.verdict for one in report.findings}
    if Verdict.FAIL in stopping:
        return Verdict.FAIL.value
    return Verdict.UNKNOWN.value if Verdict.UNKNOWN in stopping else Verdict.PASS.value


def _counts(report: Report, ids: set[str]) -> dict[str, int]:
    found = Counter(one.verdict for one in report.findings if one.rule in ids)
    return {verdict.value: found[verdict] for verdict in Verdict}
