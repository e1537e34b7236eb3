"""What a look at an object says."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from hoheit_lab.providers.kubernetes.cluster import Cluster


@dataclass(frozen=True)
class Verdict:
    """Ready, or not yet, or never without somebody's help."""

    ready: bool = False
    failed: bool = False
    message: str = ""
    """What is being waited for, or what failed: a clause without a full stop."""
    reasons: list[str] = field(default_factory=list[str])
    """Why, as the cluster puts it."""


Check = Callable[[dict[str, Any], Cluster], Verdict]

READY = Verdict(ready=True)


def waiting(message: str, reasons: list[str] | None = None) -> Verdict:
    """Not ready yet."""
    return Verdict(message=message, reasons=reasons or [])


def failed(message: str, reasons: list[str] | None = None) -> Verdict:
    """Will not become ready by waiting."""
    return Verdict(failed=True, message=message, reasons=reasons or [])


def condition(obj: dict[str, Any], kind: str) -> dict[str, Any]:
    """A condition of the object's status; empty if it has none of this type."""
    conditions = (obj.get("status") or {}).get("conditions") or []
    return next((entry for entry in conditions if entry.get("type") == kind), {})


def explain(entry: dict[str, Any]) -> str:
    """A condition, or a container's state, in one line."""
    parts = [str(entry[key]) for key in ("reason", "message") if entry.get(key)]
    return ": ".join(parts) or "no reason given"
