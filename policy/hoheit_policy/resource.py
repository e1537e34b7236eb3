"""One resource as rules see it, whichever adapter brought it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from .remembering import Remembers
from .values import Gap, at


class Phase(StrEnum):
    """When resources are looked at, which decides what can be known."""

    PROGRAM = "program"
    """Inside a program, before the engine has seen the resource."""
    PREVIEW = "preview"
    UPDATE = "update"
    STATE = "state"
    """From what is stored, everything known that ever will be."""


ALWAYS = tuple(Phase)
"""Phases of a rule that answers whenever it is asked."""


@dataclass(frozen=True, kw_only=True)
class Provider:
    """The provider of a resource, with its own settings."""

    type: str
    name: str
    inputs: Any


@dataclass(frozen=True, kw_only=True)
class Resource(Remembers):
    """A resource with its properties as plain data."""

    urn: str
    """URN, or type and name where there is none yet."""
    type: str
    name: str
    inputs: Any = field(default_factory=dict[str, Any])
    outputs: Any = field(default_factory=dict[str, Any])
    provider: Provider | None = None
    """None: a default provider, or none at all."""
    custom: bool = True
    external: bool = False
    """Read from somewhere, not made by this stack."""
    id: str | Gap = Gap.MISSING
    """What the cloud calls it, as far as it exists."""
    depends: Mapping[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]])
    """URNs of the resources that a property comes out of, by property."""

    def look(self, *path: str | int) -> Any:
        """Return an input, or the output of the same name where there is no such input."""
        given = at(self.inputs, *path)
        if not isinstance(given, Gap):
            return given
        shown = at(self.outputs, *path)
        return given if shown is Gap.MISSING else shown

    @property
    def package(self) -> str:
        """The first part of the type token, for example ``kubernetes``."""
        return self.type.split(":", 1)[0]


def read_urn(urn: str) -> tuple[str, str]:
    """Return type and name of a URN; the type of a child is the last of a chain."""
    parts = urn.split("::", 3)
    chain = parts[2] if len(parts) > 3 else ""  # noqa: PLR2004 - urn, project, types, name
    return chain.rsplit("$", 1)[-1], parts[-1]
