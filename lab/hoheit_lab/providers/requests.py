"""What the engine asks of a provider, and what it gets, as plain Python values."""

from dataclasses import dataclass, field
from enum import Enum
from typing import Any

Properties = dict[str, Any]


class Naming(Enum):
    """How strictly the engine's proposed name binds."""

    PROPOSE = 0
    ENFORCE = 1
    DISABLE = 2


@dataclass(frozen=True)
class Autonaming:
    """What `pulumi:autonaming` in the project or stack settings asks for."""

    proposed_name: str
    mode: Naming


@dataclass(frozen=True)
class CheckRequest:
    """Validate the inputs of one resource and fill in its defaults."""

    urn: str
    name: str
    type: str
    olds: Properties
    news: Properties
    seed: bytes = b""
    autonaming: Autonaming | None = None


@dataclass(frozen=True)
class CheckFailure:
    """One wrong input: its path, and why."""

    path: str
    reason: str


@dataclass(frozen=True)
class CheckResult:
    """The checked inputs, or why they are refused."""

    inputs: Properties
    failures: list[CheckFailure] = field(default_factory=list[CheckFailure])


@dataclass(frozen=True)
class DiffRequest:
    """Compare the state of one resource with new inputs."""

    id: str
    urn: str
    type: str
    old_inputs: Properties
    old_outputs: Properties
    news: Properties
    ignore_changes: list[str] = field(default_factory=list[str])


class Change(Enum):
    """What happened to one property; the numbers are those of the protocol."""

    ADD = 0
    ADD_REPLACE = 1
    DELETE = 2
    DELETE_REPLACE = 3
    UPDATE = 4
    UPDATE_REPLACE = 5

    @property
    def replaces(self) -> bool:
        """Whether the object must be made anew."""
        return bool(self.value % 2)

    def replacing(self) -> "Change":
        """The same change, as one that needs a new object."""
        return self if self.replaces else Change(self.value + 1)


@dataclass(frozen=True)
class DiffResult:
    """Which properties changed, by property path."""

    changes: dict[str, Change] = field(default_factory=dict[str, Change])
    delete_before_replace: bool = False


@dataclass(frozen=True)
class CreateRequest:
    """Make a new object, or say what it would be."""

    urn: str
    type: str
    inputs: Properties
    timeout: float = 0
    preview: bool = False


@dataclass(frozen=True)
class CreateResult:
    """The object's identity and its properties."""

    id: str
    outputs: Properties


@dataclass(frozen=True)
class ReadRequest:
    """Look at the live object; without inputs, to import it."""

    id: str
    urn: str
    type: str
    inputs: Properties | None
    outputs: Properties


@dataclass(frozen=True)
class ReadResult:
    """What is there; an empty id says that nothing is."""

    id: str
    outputs: Properties = field(default_factory=dict[str, Any])
    inputs: Properties = field(default_factory=dict[str, Any])


@dataclass(frozen=True)
class UpdateRequest:
    """Change an object in place, or say what it would become."""

    id: str
    urn: str
    type: str
    old_inputs: Properties
    old_outputs: Properties
    news: Properties
    timeout: float = 0
    preview: bool = False
    ignore_changes: list[str] = field(default_factory=list[str])


@dataclass(frozen=True)
class DeleteRequest:
    """Remove an object."""

    id: str
    urn: str
    type: str
    old_inputs: Properties
    old_outputs: Properties
    timeout: float = 0
