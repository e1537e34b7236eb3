"""What a rule says of a resource, and how sure it is."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Verdict(StrEnum):
    """Five answers. UNKNOWN is never a pass."""

    FAIL = "FAIL"
    UNKNOWN = "UNKNOWN"
    EXEMPT = "EXEMPT"
    PASS = "PASS"  # noqa: S105 - a verdict, not a password
    NOT_APPLICABLE = "NOT_APPLICABLE"


@dataclass(frozen=True, kw_only=True)
class Judgement:
    """One answer about one place in one resource."""

    verdict: Verdict
    path: str
    message: str
    """What it is; where it is not a pass also what is allowed, and the way out."""
    provenance: str = "inputs"
    """What the answer rests on."""
    late: bool = False
    """The update will know what is unknown now."""


@dataclass(frozen=True, kw_only=True)
class Finding:
    """A judgement with the rule that made it and the resource that it is about."""

    rule: str
    verdict: Verdict
    resource: str
    """URN; empty for the stack as a whole."""
    path: str
    message: str
    provenance: str
    late: bool = False


def passed(path: str, message: str, provenance: str = "inputs") -> Judgement:
    """Return a judgement that all is well."""
    return Judgement(verdict=Verdict.PASS, path=path, message=message, provenance=provenance)


def failed(path: str, message: str, provenance: str = "inputs") -> Judgement:
    """Return a judgement that is certain and bad."""
    return Judgement(verdict=Verdict.FAIL, path=path, message=message, provenance=provenance)


def unknown(
    path: str, message: str, *, late: bool = False, provenance: str = "inputs"
) -> Judgement:
    """Return a judgement that nobody can make yet."""
    return Judgement(
        verdict=Verdict.UNKNOWN, path=path, message=message, late=late, provenance=provenance
    )
