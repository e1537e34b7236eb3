"""What a check of a cluster found."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Verdict(StrEnum):
    """How a statement and a cluster go together; the order is that of attention."""

    MISSING = "MISSING"
    """What is stated, or needed, is not there."""
    DIFFERS = "DIFFERS"
    """It is there, and otherwise than stated."""
    UNKNOWN = "UNKNOWN"
    """The cluster does not show it, or may not be asked."""
    OK = "OK"
    """The cluster shows what is stated."""


FAULTS = (Verdict.MISSING, Verdict.DIFFERS)


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One statement, held against the cluster."""

    subject: str
    """Path in the stack file, or what of the cluster it is about."""
    verdict: Verdict
    seen: str
    """What the cluster says, beside what is stated."""
    way_out: str = ""
    """What to do; empty where nothing is to be done."""


@dataclass(frozen=True, kw_only=True)
class Unread:
    """What the cluster did not answer, and why."""

    why: str

    def finding(self, subject: str) -> Finding:
        """Return that nobody knows."""
        return Finding(
            subject=subject,
            verdict=Verdict.UNKNOWN,
            seen=f"could not be asked: {self.why}",
            way_out="run it again as somebody who may read this",
        )


def ok(subject: str, seen: str) -> Finding:
    """Return that the cluster shows what is stated."""
    return Finding(subject=subject, verdict=Verdict.OK, seen=seen)


def missing(subject: str, seen: str, way_out: str) -> Finding:
    """Return that something is not there."""
    return Finding(subject=subject, verdict=Verdict.MISSING, seen=seen, way_out=way_out)


def differs(subject: str, seen: str, way_out: str) -> Finding:
    """Return that something is otherwise than stated."""
    return Finding(subject=subject, verdict=Verdict.DIFFERS, seen=seen, way_out=way_out)


def unknown(subject: str, seen: str, way_out: str = "") -> Finding:
    """Return that the cluster does not show it."""
    return Finding(subject=subject, verdict=Verdict.UNKNOWN, seen=seen, way_out=way_out)
