"""Rules of somebody else beside those of hoheit: what they have to be, and cannot break."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from traceback import extract_tb
from typing import TYPE_CHECKING, Any

from .resource import Phase
from .rule import Remediation, Rule, Severity
from .rule_ids import RULE_IDS
from .rules import RULES
from .verdict import Judgement, Verdict, unknown

if TYPE_CHECKING:
    from .resource import Resource
    from .rule import OfResource, OfStack
    from .view import View

_ID = re.compile(r"[A-Z][A-Z0-9]*-[0-9]+")


class OwnRuleError(ValueError):
    """A rule that cannot judge: which one, what is wrong, and what is allowed."""


def with_own(own: Iterable[Any]) -> tuple[Rule, ...]:
    """Return the rules of hoheit with those of somebody else after them.

    Raises:
        OwnRuleError: if one is no rule, or has an id that is taken.
    """
    return accepted([*RULES, *own])


def accepted(rules: Iterable[Any]) -> tuple[Rule, ...]:
    """Return ``rules``, of which those that are not hoheit's are checked and kept from failing.

    Raises:
        OwnRuleError: if one is no rule, or has an id that is taken.
    """
    found: list[Rule] = []
    for place, rule in enumerate(rules):
        if any(rule is ours for ours in RULES):
            found.append(rule)
            continue
        if not isinstance(rule, Rule):
            raise OwnRuleError(
                f"entry {place + 1} of the rules is a {type(rule).__name__}, and no rule; make it "
                "with hoheit_policy.Rule"
            )
        _check(rule, [one.id for one in found])
        found.append(_guarded(rule))
    return tuple(found)


def _check(rule: Rule, before: list[str]) -> None:
    name = f"rule '{rule.id}'"
    if fault := _fault_of_id(rule.id, before):
        raise OwnRuleError(f"{name}: id: {fault}")
    for field in ("title", "asks"):
        if not _is_text(getattr(rule, field)):
            raise OwnRuleError(f"{name}: {field}: is no text; say in one sentence what has to hold")
    if not isinstance(rule.severity, Severity):  # pyright: ignore[reportUnnecessaryIsInstance]
        allowed = ", ".join(f"Severity.{one.name}" for one in Severity)
        raise OwnRuleError(f"{name}: severity: is none; write one of {allowed}")
    if not rule.phases or not all(one in tuple(Phase) for one in rule.phases):
        raise OwnRuleError(
            f"{name}: phases: without a phase it never judges; name them, or write "
            "phases=hoheit_policy.ALWAYS"
        )
    remedy = rule.remediation
    if not isinstance(remedy, Remediation) or not (_is_text(remedy.en) and _is_text(remedy.de)):  # pyright: ignore[reportUnnecessaryIsInstance]
        raise OwnRuleError(f"{name}: remediation: say what to do, in English (en) and German (de)")
    if rule.on_request:
        raise OwnRuleError(
            f"{name}: on_request: whoever gives the rule requests it; leave on_request out"
        )
    if not (callable(rule.of_resource) or callable(rule.of_stack)):
        raise OwnRuleError(f"{name}: judges nothing; give it of_resource, of_stack, or both")


def _fault_of_id(id_: Any, before: list[str]) -> str | None:
    if not isinstance(id_, str) or not _ID.fullmatch(id_):
        return "is not of the form ACME-01: capital letters, a hyphen and a number"
    if id_ in RULE_IDS:
        return "is a rule of hoheit; choose a prefix of your own"
    return "stands there twice; number them apart" if id_ in before else None


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _guarded(rule: Rule) -> Rule:
    """Return a rule that answers UNKNOWN where it would end the program of whoever asks it."""
    return replace(
        rule,
        of_resource=_guarded_of_resource(rule.of_resource) if rule.of_resource else None,
        of_stack=_guarded_of_stack(rule.of_stack) if rule.of_stack else None,
    )


def _guarded_of_resource(function: OfResource) -> OfResource:
    def judge(resource: Resource, view: View) -> Iterator[Judgement]:
        try:
            for found in function(resource, view):
                yield _judgement(found)
        except Exception as error:
            yield _no_answer(error)

    return judge


def _guarded_of_stack(function: OfStack) -> OfStack:
    def judge(view: View) -> Iterator[tuple[str, Judgement]]:
        try:
            for urn, found in function(view):
                yield urn, _judgement(found)
        except Exception as error:
            yield "", _no_answer(error)

    return judge


def _judgement(found: Any) -> Judgement:
    """Return what a rule answered; a verdict that is only text would stop nothing."""
    if not isinstance(found, Judgement) or not isinstance(found.verdict, Verdict):  # pyright: ignore[reportUnnecessaryIsInstance]
        raise TypeError("no judgement")
    return found


def _no_answer(error: Exception) -> Judgement:
    """Say what a rule raised and where, without its text, which may quote a secret."""
    frame = extract_tb(error.__traceback__)[-1]
    place = f"line {frame.lineno} of {Path(frame.filename).name}"
    return unknown("", f"the rule raised {type(error).__name__} in {place}; mend the rule")
