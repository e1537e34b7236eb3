"""Alert and recording rules, and which of them the exporters at hand can feed."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence


MADE_BY_PROMETHEUS = frozenset({"up"})
"""Series of every target, whatever its exporter."""


class Severity(StrEnum):
    """How soon somebody has to look."""

    WARNING = "warning"
    """In working hours."""
    CRITICAL = "critical"
    """Now: users notice."""


@dataclass(frozen=True, kw_only=True)
class Record:
    """A query that Prometheus computes once for dashboards and alerts."""

    name: str
    """``<labels kept>:<metric>:<operation>``, as Prometheus' documentation advises."""
    expr: str
    needs: tuple[str, ...]
    """Series that it reads."""

    def rendered(self) -> dict[str, Any]:
        """Return the rule as a rule file has it."""
        return {"record": self.name, "expr": self.expr}


@dataclass(frozen=True, kw_only=True)
class Alert:
    """A condition that somebody is told about."""

    name: str
    expr: str
    needs: tuple[str, ...]
    """Series that it reads, through recording rules too."""
    severity: Severity
    uses: tuple[str, ...] = ()
    """Series that it reads where there are any; it works without them."""
    summary: str
    """What is wrong, in one sentence that names who it is about."""
    action: str
    """What to look at first."""
    minutes: int = 0
    """How long it has to last."""
    labels: dict[str, str] = field(default_factory=dict[str, str])

    def rendered(self) -> dict[str, Any]:
        """Return the rule as a rule file has it."""
        return {
            "alert": self.name,
            "expr": self.expr,
            "for": f"{self.minutes}m",
            "labels": {**self.labels, "severity": str(self.severity)},
            "annotations": {"summary": self.summary, "action": self.action},
        }


@dataclass(frozen=True, kw_only=True)
class Group:
    """Rules about one exporter, evaluated in order."""

    name: str
    exporter: str | None
    """None: of all of them."""
    rules: Sequence[Record | Alert]


def fed(groups: Iterable[Group], series: Mapping[str, frozenset[str]]) -> list[Group]:
    """Return the groups without rules that no target could ever feed.

    Args:
        groups: All rules there are.
        series: Names of series by exporter, of the targets at hand.
    """
    found: list[Group] = []
    for group in groups:
        known = MADE_BY_PROMETHEUS | series.get(group.exporter or "", frozenset[str]())
        rules = [rule for rule in group.rules if known.issuperset(rule.needs)]
        if rules:
            found.append(Group(name=group.name, exporter=group.exporter, rules=rules))
    return found


def rendered(groups: Iterable[Group]) -> list[dict[str, Any]]:
    """Return the groups as a rule file or a PrometheusRule has them."""
    return [
        {"name": group.name, "rules": [rule.rendered() for rule in group.rules]} for group in groups
    ]


def rules_file(groups: Iterable[Group]) -> str:
    """Return a rule file, in JSON, which is YAML too."""
    return json.dumps({"groups": rendered(groups)}, indent=2) + "\n"
