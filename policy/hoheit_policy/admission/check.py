"""One question of one rule to one kind of objects, in CEL."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hoheit_policy.rule import Rule

    from .subject import Subject, Variables


@dataclass(frozen=True, kw_only=True)
class Check:
    """What becomes one policy."""

    rule: Rule
    subject: Subject
    findings: str
    """Expression: a list of findings, each a map of verdict, path and message; empty is well."""
    variables: Variables = ()
    """Beside those of the subject."""

    @property
    def name(self) -> str:
        """Name of the policy and its binding."""
        return f"hoheit-{self.rule.id.lower()}-{self.subject.name}"
