"""Asks every rule, takes exemptions into account, and says what has to stop."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any

from .opaque import why_opaque
from .resource import Phase
from .rules import RULES
from .verdict import Finding, Judgement, Verdict, unknown

if TYPE_CHECKING:
    from .declarations import Exemption
    from .resource import Resource
    from .rule import Rule
    from .view import View

_STOP = "stop"
LONGEST = timedelta(days=366)
"""How far ahead an exemption may end. Our own rule: what nobody looks at again is no exemption."""
_NOT_WELL = (Verdict.FAIL, Verdict.UNKNOWN)


@dataclass(frozen=True, kw_only=True)
class Report:
    """What all rules say of one view."""

    findings: tuple[Finding, ...]
    profile: str | None
    stopping: tuple[Finding, ...]
    """What ends a run under the profile."""
    rules: tuple[Rule, ...] = RULES
    """Those that were asked."""
    not_requested: tuple[str, ...] = ()
    """Rules that nobody asked, because nobody requested them."""
    unused_exemptions: tuple[Exemption, ...] = ()
    """Exemptions of nothing: no finding is there that they mean."""

    @property
    def counts(self) -> dict[str, int]:
        """How often each verdict was given, the bad ones first."""
        found = Counter(finding.verdict for finding in self.findings)
        return {verdict.value: found[verdict] for verdict in Verdict}

    def plain(self, *, everything: bool = False) -> dict[str, Any]:
        """Return the report as data that can be an output; what passed is only counted.

        Args:
            everything: list what passed and what does not apply too.
        """
        shown = tuple(Verdict) if everything else (*_NOT_WELL, Verdict.EXEMPT)
        return {
            "profile": self.profile or "unknown",
            "counts": self.counts,
            "stops": len(self.stopping),
            "findings": [plain(one) for one in self.findings if one.verdict in shown],
            "unused_exemptions": [
                one.model_dump(mode="json", exclude_none=True) for one in self.unused_exemptions
            ],
        }


def plain(finding: Finding) -> dict[str, Any]:
    """Return a finding as JSON."""
    return {
        "rule": finding.rule,
        "verdict": finding.verdict.value,
        "resource": finding.resource,
        "path": finding.path,
        "message": finding.message,
        "provenance": finding.provenance,
        "late": finding.late,
    }


def judge_resource(
    resource: Resource, view: View, rules: Iterable[Rule] = RULES
) -> tuple[Finding, ...]:
    """Return what the rules say of one resource, before it exists."""
    return tuple(finding for rule in rules for finding in _of_resource(rule, resource, view))


def judge_stack(view: View, rules: Iterable[Rule] = RULES) -> tuple[Finding, ...]:
    """Return what the rules say of the whole, and which of them had nothing to do."""
    found: list[Finding] = []
    for rule in rules:
        own = [one for resource in view.resources for one in _of_resource(rule, resource, view)]
        own += [one for resource in view.leaving for one in _of_leaving(rule, resource, view)]
        own += _of_stack(rule, view)
        found += own or [_not_applicable(rule, view)]
    return tuple(found)


def report(view: View, rules: Iterable[Rule] = RULES) -> Report:
    """Return the verdicts over everything in the view."""
    asked = tuple(rules)
    findings = judge_stack(view, asked)
    return Report(
        findings=findings,
        profile=view.declarations.profile,
        stopping=tuple(one for one in findings if stops(one, view)),
        rules=asked,
        not_requested=tuple(
            one.id for one in asked if one.on_request and not _is_requested(one, view)
        ),
        unused_exemptions=tuple(_unused(findings, view, asked)),
    )


def _unused(findings: Iterable[Finding], view: View, rules: Iterable[Rule]) -> Iterator[Exemption]:
    ids = {rule.id for rule in rules}
    bad = [one for one in findings if one.verdict in (*_NOT_WELL, Verdict.EXEMPT)]
    for exemption in view.declarations.exemptions:
        if exemption.rule in ids and not any(_covers(exemption, one) for one in bad):
            yield exemption


def stops(finding: Finding, view: View) -> bool:
    """Tell whether a finding ends the run.

    Without a profile everything stops: a reviewer who forgot the declarations shall not read
    success. What only the update can know does not stop a preview.
    """
    policy = view.declarations.policy
    if policy is not None and policy.enforcement != _STOP:
        return False
    if finding.verdict is Verdict.FAIL:
        return True
    if finding.verdict is not Verdict.UNKNOWN or (policy and policy.unknown != _STOP):
        return False
    return not finding.late or view.phase in (Phase.UPDATE, Phase.STATE)


def _of_resource(rule: Rule, resource: Resource, view: View) -> Iterator[Finding]:
    if rule.of_resource is None or not _is_asked(rule, view):
        return
    hidden = why_opaque(resource) if rule.looks_inside else None
    if hidden:
        yield _finding(rule, resource.urn, _opaque(hidden), view)
        return
    for judgement in rule.of_resource(resource, view):
        yield _finding(rule, resource.urn, judgement, view)


def _is_asked(rule: Rule, view: View) -> bool:
    return view.phase in rule.phases and (not rule.on_request or _is_requested(rule, view))


def _is_requested(rule: Rule, view: View) -> bool:
    return rule.id in view.declarations.requested_rules


def _of_leaving(rule: Rule, resource: Resource, view: View) -> Iterator[Finding]:
    for finding in _of_resource(rule, resource, view):
        text = f"{finding.message}; it waits to be deleted, which `pulumi up` does"
        yield replace(finding, message=text)


def _of_stack(rule: Rule, view: View) -> Iterator[Finding]:
    if rule.of_stack is not None and _is_asked(rule, view):
        for urn, judgement in rule.of_stack(view):
            yield _finding(rule, urn, judgement, view)


def _opaque(why: str) -> Judgement:
    text = f"{why}; nobody can look inside: describe its content with visible resources, or have "
    return unknown("", f"{text}the rule exempted for it")


def _finding(rule: Rule, urn: str, judgement: Judgement, view: View) -> Finding:
    finding = Finding(
        rule=rule.id,
        verdict=judgement.verdict,
        resource=urn,
        path=judgement.path,
        message=judgement.message,
        provenance=judgement.provenance,
        late=judgement.late,
    )
    if finding.verdict not in _NOT_WELL:
        return finding
    for exemption in view.declarations.exemptions:
        if _covers(exemption, finding):
            return _exempted(finding, exemption, view)
    return finding


def _covers(exemption: Exemption, finding: Finding) -> bool:
    """Tell whether an exemption means a finding; that of a whole stack is named ``stack``."""
    name = finding.resource or "stack"
    return exemption.rule == finding.rule and fnmatchcase(name, exemption.resource)


def _exempted(finding: Finding, exemption: Exemption, view: View) -> Finding:
    if exemption.until < view.today:
        expired = f"the exemption of {exemption.owner} ended on {exemption.until}"
        return replace(
            finding,
            verdict=Verdict.FAIL,
            message=f"{finding.message}; {expired}: renew it, or mend the finding",
            late=False,
        )
    if exemption.until > view.today + LONGEST:
        endless = f"the exemption of {exemption.owner} ends on {exemption.until}"
        return replace(
            finding,
            verdict=Verdict.FAIL,
            message=f"{finding.message}; {endless}: one holds for a year at most, so that "
            "somebody looks again",
            late=False,
        )
    text = f"{finding.message}; exempted by {exemption.owner} until {exemption.until}"
    return replace(
        finding, verdict=Verdict.EXEMPT, message=f"{text}: {exemption.reason}", late=False
    )


def _not_applicable(rule: Rule, view: View) -> Finding:
    message = "nothing here that the rule asks about"
    if rule.on_request and not _is_requested(rule, view):
        message = "asked only on request; requested_rules in the declarations does not name it"
    return Finding(
        rule=rule.id,
        verdict=Verdict.NOT_APPLICABLE,
        resource="",
        path="",
        message=message,
        provenance="collection",
    )
