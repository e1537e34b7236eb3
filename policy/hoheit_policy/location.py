"""Where something is, who runs it and how that is known: the JSON that components register."""

from datetime import date
from enum import StrEnum
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, model_validator


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
    declared_on: date | None = None
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


class Location(Closed):
    """Where data is, and who can be compelled to hand it over."""

    country: Fact = Fact()
    region: Fact = Fact()
    zone: Fact = Fact()
    operator: Fact = Fact()
    controlling_jurisdiction: Fact = Field(default=Fact())
