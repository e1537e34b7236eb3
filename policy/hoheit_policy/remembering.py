"""Immutable things of which nothing is worked out twice."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Self, TypeVar

Made = TypeVar("Made")


class Remembers:
    """Base of a frozen dataclass: many rules ask the same of one resource, and of one view."""

    def once(self, work: Callable[[Self], Made]) -> Made:
        """Return what ``work`` makes of this, worked out when it is asked for first."""
        # Asked some hundred thousand times of a large stack, so the answer comes first.
        memory: dict[Any, Any] = self.__dict__.setdefault("_remembered", {})
        try:
            return memory[work]
        except KeyError:
            made = memory[work] = work(self)
            return made
