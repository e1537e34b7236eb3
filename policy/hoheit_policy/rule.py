"""A rule: what it asks, why, what to do, and a pure function that answers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

from .resource import Phase, Resource
from .verdict import Judgement
from .view import View

OfResource: TypeAlias = Callable[[Resource, View], Iterator[Judgement]]
"""Answers about one resource; nothing where the rule has nothing to do with it."""

OfStack: TypeAlias = Callable[[View], Iterator[tuple[str, Judgement]]]
"""Answers about the whole, each with the URN that it is about, or with an empty one."""


class Severity(StrEnum):
    """How much depends on a rule, in the words of Pulumi's policies."""

    CRITICAL = "critical"
    HIGH = "high"
    MEDIUM = "medium"


@dataclass(frozen=True, kw_only=True)
class Remediation:
    """What to do, for whoever reads it."""

    en: str
    de: str


@dataclass(frozen=True, kw_only=True)
class Rule:
    """One rule. Controls are what it supports, never what it proves."""

    id: str
    title: str
    asks: str
    """What has to hold, in one sentence for the documentation."""
    severity: Severity
    phases: tuple[Phase, ...]
    """When it judges; in others it says nothing."""
    controls: tuple[str, ...]
    remediation: Remediation
    of_resource: OfResource | None = None
    """Judges a resource before it exists."""
    of_stack: OfStack | None = None
    """Judges what only the whole shows."""
    on_request: bool = False
    """Asked only where the declarations request it: good practice in general, and no question of
    where data is."""
    looks_inside: bool = False
    """Answers UNKNOWN for what carries other resources and cannot be opened."""
