"""Where something is, who runs it and how that is known: the JSON that components register."""

import re
from datetime import date
from enum import StrEnum
from typing import Annotated, Any, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

_SAYS_NOTHING = ("", "unknown", "?")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


def _written_as_a_day(given: Any) -> Any:
    """Refuse a number, which pydantic takes for seconds since 1970."""
    if type(given) is date or (isinstance(given, str) and _DAY.fullmatch(given)):
        return given
    raise ValueError("write a date, for example 2027-03-31")


Day = Annotated[date, BeforeValidator(_written_as_a_day)]
"""A day, as people write one."""


class Closed(BaseModel):
    """Base of what people declare: closed, immutable, and silent about values in its errors."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, hide_input_in_errors=True, use_attribute_docstrings=True
    )


class SourceKind(StrEnum):
    """How a value came to be known; the three are never mixed."""

    DERIVED = "derived"
    DECLARED = "declared"
    UNKNOWN = "unknown"


class Source(Closed):
    """Derived from what, or declared by whom, when and with which evidence."""

    kind: SourceKind = SourceKind.UNKNOWN
    by: str = ""
    declared_on: Day | None = None
    evidence: str = ""

    @model_validator(mode="after")
    def _says_what_its_kind_needs(self) -> Self:
        if self.kind is SourceKind.DERIVED and not self.by:
            raise ValueError("by: name the resource that the value is derived from")
        declared = self.by and self.declared_on and self.evidence
        if self.kind is SourceKind.DECLARED and not declared:
            raise ValueError("a declaration needs by, declared_on and evidence")
        return self

    def __str__(self) -> str:
        if self.kind is SourceKind.DECLARED:
            return f"declared by {self.by} on {self.declared_on}: {self.evidence}"
        return f"derived from {self.by}" if self.by else "unknown"


class Fact(Closed):
    """One value and its source."""

    value: str | None = None
    """The engine drops a null, so a fact without value arrives without this field."""
    source: Source = Source()

    @model_validator(mode="after")
    def _unknown_has_no_value(self) -> Self:
        if (self.value is None) != (self.source.kind is SourceKind.UNKNOWN):
            raise ValueError("value: an unknown fact has none, any other has one")
        return self

    def why_unknown(self, today: date) -> str:
        """Return why nobody can rely on it on a day, or nothing where it counts."""
        if self.value is None or _says_nothing(self.value):
            return "its location says 'unknown'"
        if self.source.declared_on is not None and self.source.declared_on > today:
            return f"it is declared on {self.source.declared_on}, which is a day to come"
        if _says_nothing(self.source.by):
            return "its source does not say by whom or what"
        if self.source.kind is SourceKind.DECLARED and _says_nothing(self.source.evidence):
            return "its declaration has no evidence"
        return ""


class Location(Closed):
    """Where data is, and who can be compelled to hand it over."""

    country: Fact = Fact()
    region: Fact = Fact()
    zone: Fact = Fact()
    operator: Fact = Fact()
    controlling_jurisdiction: Fact = Field(default=Fact())

    def as_of(self, today: date) -> "Location":
        """Return the location without the facts that do not count on a day."""
        return Location(**{name: fact for name, fact in self if not fact.why_unknown(today)})


def _says_nothing(text: str) -> bool:
    return text.strip().casefold() in _SAYS_NOTHING
