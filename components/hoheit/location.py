"""Where something is, who runs it, and how we know: five values, each with its source."""

from datetime import date
from enum import StrEnum
from typing import Self

from pydantic import Field, model_validator

from ._args import Args


class SourceKind(StrEnum):
    """How a value came to be known; the three are never mixed."""

    DERIVED = "derived"
    """Computed from a resource."""
    DECLARED = "declared"
    """Stated by a person."""
    UNKNOWN = "unknown"
    """Nobody said, nothing shows it."""


class Source(Args):
    """Derived from what, or declared by whom, when and with which evidence."""

    kind: SourceKind
    by: str = ""
    """The resource it is derived from, or the person or team that declared it."""
    declared_on: date | None = None
    """The day of the declaration."""
    evidence: str = ""
    """Document or link that supports a declaration."""

    @model_validator(mode="after")
    def _says_what_its_kind_needs(self) -> Self:
        if self.kind is SourceKind.DERIVED and not self.by:
            raise ValueError("by: name the resource that the value is derived from")
        declared = self.by and self.declared_on and self.evidence
        if self.kind is SourceKind.DECLARED and not declared:
            raise ValueError("a declaration needs by, declared_on and evidence")
        return self


class Fact(Args):
    """One value and its source. An unknown fact has no value, and says so."""

    value: str | None
    source: Source

    @model_validator(mode="after")
    def _unknown_has_no_value(self) -> Self:
        if (self.value is None) != (self.source.kind is SourceKind.UNKNOWN):
            raise ValueError("value: an unknown fact has none, any other has one")
        return self

    def __str__(self) -> str:
        return "unknown" if self.value is None else f"{self.value} ({self.source.kind})"


UNKNOWN = Fact(value=None, source=Source(kind=SourceKind.UNKNOWN))
"""What nobody stated and nothing shows."""


class Location(Args):
    """Where data is, and who can be compelled to hand it over: two questions, both asked."""

    country: Fact = UNKNOWN
    """ISO 3166-1 alpha-2 code."""
    region: Fact = UNKNOWN
    zone: Fact = UNKNOWN
    operator: Fact = UNKNOWN
    """Legal entity that runs the machines."""
    controlling_jurisdiction: Fact = UNKNOWN
    """Country of the operator's controlling owner, ISO 3166-1 alpha-2 code."""

    def __str__(self) -> str:
        return f"country {self.country}, controlled from {self.controlling_jurisdiction}"


class Declaration(Args):
    """Who stands for the values beside it."""

    by: str = Field(pattern=r"\w")
    """Person or team."""
    declared_on: date
    """Day of the declaration."""
    evidence: str = Field(pattern=r"\w")
    """Document or link: a contract, an invoice, a floor plan."""


class DeclaredLocation(Args):
    """A location as a person states it; what is left out stays unknown."""

    country: str | None = Field(default=None, pattern=r"^[A-Z]{2}$")
    """ISO 3166-1 alpha-2 code, for example ``DE``."""
    region: str | None = None
    zone: str | None = None
    operator: str | None = None
    """Legal entity that runs the machines."""
    controlling_jurisdiction: str | None = Field(default=None, pattern=r"^[A-Z]{2}$")
    """Country of the operator's controlling owner, ISO 3166-1 alpha-2 code."""
    declaration: Declaration
    """A location without a source is not accepted."""

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        for field in ("region", "zone", "operator"):
            text: str | None = getattr(self, field)
            if text is not None and text.strip().lower() in ("", "unknown", "?"):
                raise ValueError(f"{field}: says nothing; leave it out, then it counts as unknown")
        return self

    def source(self) -> Source:
        """Return the declaration as the source of a fact."""
        return Source(kind=SourceKind.DECLARED, **self.declaration.model_dump())

    def location(self) -> Location:
        """Return the same values as facts that carry their declaration."""
        source = self.source()
        facts = {
            name: UNKNOWN if value is None else Fact(value=value, source=source)
            for name, value in self.model_dump(exclude={"declaration"}).items()
        }
        return Location(**facts)


def where(declared: DeclaredLocation | None) -> Location:
    """Return the declared location, or one of unknowns."""
    return declared.location() if declared else Location()
