"""Everything that evidence is made of; the same inputs are the same bytes."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

from hoheit_policy.adapters.state import view_of
from hoheit_policy.declarations import Declarations
from hoheit_policy.own_exemptions import read_declarations_for
from hoheit_policy.record import Record
from hoheit_policy.rules import RULES
from hoheit_policy.view import View

from .canonical import in_order
from .redaction import manifest_time, redacted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hoheit_policy.rule import Rule
    from hoheit_policy.rule_file import RuleFile


@dataclass(frozen=True, kw_only=True)
class Inputs:
    """A state without secrets, what is declared of it, and the time it is judged at.

    Raises:
        DeclarationsError: if the declarations are wrong.
        ValueError: if the time is none, or the state of another version.
    """

    state: dict[str, Any]
    """An export; whatever is given, no secret stays in it."""
    at: str
    """When it is judged, in RFC 3339: ``2026-11-26T10:00:00Z``."""
    reviewer: dict[str, Any] | None = None
    """Declarations of a reviewer; without them those of the program count."""
    register: dict[str, Any] | None = None
    """Stores and recipients as `hoheit register --json` prints them."""
    commit: str | None = None
    """Revision of the program, as whoever makes the evidence states it."""
    previous: dict[str, Any] | None = None
    """What an earlier package says, as `changes.remembered` returns it."""
    rule_file: RuleFile | None = None
    """Rules of somebody else, which judge beside those of hoheit."""
    view: View = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "state", redacted(self.state))
        object.__setattr__(self, "reviewer", in_order(self.reviewer))
        object.__setattr__(self, "at", written_time(read_time(self.at)))
        if time := manifest_time(self.state):
            _check_time(time)
        declared = None
        if self.reviewer is not None:
            declared = read_declarations_for(self.reviewer, self.rules)
        view = view_of(self.state, declared, today=self.today, rules=self.rules)
        object.__setattr__(self, "view", view)

    @property
    def today(self) -> date:
        """The day on which exemptions and declarations are judged."""
        return read_time(self.at).date()

    @property
    def state_day(self) -> str:
        """The day of which what the state says is; that of the evidence where it does not say."""
        time = manifest_time(self.state)
        return read_time(time).date().isoformat() if time else self.today.isoformat()

    @property
    def rules(self) -> tuple[Rule, ...]:
        """The rules that judge."""
        return self.rule_file.rules if self.rule_file else RULES

    @property
    def declarations(self) -> Declarations:
        """The declarations that count."""
        return self.view.declarations

    @property
    def declared(self) -> dict[str, Any]:
        """The declarations that count, as JSON."""
        return self.declarations.model_dump(mode="json", exclude_none=True)

    @property
    def record(self) -> Record:
        """What people say of the processing; nothing where nobody did."""
        return self.declarations.record or Record()

    @property
    def declared_by(self) -> str:
        """Whose declarations count."""
        if self.reviewer is not None:
            return "reviewer"
        return "none" if self.declarations == Declarations() else "program"

    def entries(self) -> Iterator[dict[str, Any]]:
        """Yield the resources of the state that are there."""
        listed: list[dict[str, Any]] = self.state["deployment"]["resources"]
        return (entry for entry in listed if not entry.get("delete"))

    def stack(self) -> tuple[str, str]:
        """Return the names of stack and project, which every URN begins with."""
        for entry in self.entries():
            parts = entry["urn"].split("::")
            if parts[0].startswith("urn:pulumi:") and len(parts) > 1:
                return parts[0].removeprefix("urn:pulumi:"), parts[1]
        return "unknown", "unknown"


def read_time(text: str) -> datetime:
    """Return a time of RFC 3339 in UTC, without parts of a second.

    Raises:
        ValueError: if it is none, or has no time zone.
    """
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise ValueError(f"'{text}' is no time; write one as 2026-11-26T10:00:00Z") from None
    if found.tzinfo is None:
        raise ValueError(f"'{text}' has no time zone; write one as 2026-11-26T10:00:00Z")
    return found.astimezone(UTC).replace(microsecond=0)


def written_time(time: datetime) -> str:
    """Return a time as evidence writes it."""
    return time.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _check_time(text: str) -> None:
    try:
        read_time(text)
    except ValueError as error:
        raise ValueError(f"deployment.manifest.time: {error}") from None
