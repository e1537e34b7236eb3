"""Findings as text, the same for whoever prints them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from .resource import read_urn
from .verdict import Finding, Verdict

if TYPE_CHECKING:
    from .judging import Report

_SHOWN = (Verdict.FAIL, Verdict.UNKNOWN, Verdict.EXEMPT)
_LINES_OF_A_RULE = 8


def sentence(finding: Finding) -> str:
    """Return one finding in one line: rule, verdict, resource, path, message."""
    place = " ".join(part for part in (_short(finding.resource), finding.path) if part)
    late = " (the update will know)" if finding.late else ""
    return f"{finding.rule} {finding.verdict}{late} {place}: {finding.message}"


def sentences(findings: Iterable[Finding]) -> str:
    """Return findings as one text, each in a line."""
    return "\n".join(f"  {sentence(finding)}" for finding in findings)


def table(report: Report, *, limit: int | None = _LINES_OF_A_RULE, everything: bool = False) -> str:
    """Return a report as a text: counts, then what failed or is unknown by rule.

    Args:
        report: what the rules say.
        limit: lines of one rule and verdict; None shows all.
        everything: show what passed too, and what that rests on.
    """
    counts = ", ".join(f"{count} {name}" for name, count in report.counts.items())
    lines = [f"Residency, profile {report.profile or 'unknown'}: {counts}"]
    for verdict in (*_SHOWN, Verdict.PASS) if everything else _SHOWN:
        for rule in report.rules:
            own = [one for one in report.findings if one.rule == rule.id and one.verdict is verdict]
            if own:
                lines += [f"{verdict} {rule.id} {rule.title}", *_entries(own, limit)]
    quiet = [rule for rule in report.rules if _is(report, rule.id, Verdict.NOT_APPLICABLE)]
    for asked, what in ((True, ""), (False, " (on request: requested_rules)")):
        ids = [one.id for one in quiet if (one.id in report.not_requested) is not asked]
        if ids:
            lines.append(f"{Verdict.NOT_APPLICABLE}{what} {', '.join(ids)}")
    lines += [
        f"UNUSED exemption of {one.rule} for {one.resource} by {one.owner} until {one.until}: no "
        "such finding; correct its resource, or remove it"
        for one in report.unused_exemptions
    ]
    return "\n".join(lines)


def _entries(findings: list[Finding], limit: int | None) -> list[str]:
    shown = findings if limit is None else findings[:limit]
    lines = [_entry(one) for one in shown]
    if rest := len(findings) - len(shown):
        lines.append(f"  ... and {rest} more")
    return lines


def _entry(finding: Finding) -> str:
    line = f"  {_short(finding.resource) or 'stack'} {finding.path}: {finding.message}"
    return f"{line} ({finding.provenance})" if finding.verdict is Verdict.PASS else line


def _is(report: Report, rule: str, verdict: Verdict) -> bool:
    return any(one.rule == rule and one.verdict is verdict for one in report.findings)


def _short(urn: str) -> str:
    """Return the last part of a URN with the kind before it, as people name a resource."""
    if not urn.startswith("urn:pulumi:"):
        return urn
    token, name = read_urn(urn)
    return f"{token.rsplit(':', 1)[-1]} {name}"
