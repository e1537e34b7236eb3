"""Where something is, who runs it, and how we know: five values, each with its source."""

from datetime import date
from enum import StrEnum

from pydantic import Field

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


class Fact(Args):
    """One value and its source. An unknown fact has no value, and says so."""

    value: str | None
    source: Source

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


class Declaration(Args):
    """Who stands for the values beside it."""

    by: str = Field(min_length=1)
    """Person or team."""
    declared_on: date
    """Day of the declaration."""
    evidence: str = Field(min_length=1)
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

    def location(self) -> Location:
        """Return the same values as facts that carry their declaration."""
        source = Source(kind=SourceKind.DECLARED, **self.declaration.model_dump())
        facts = {
            name: UNKNOWN if value is None else Fact(value=value, source=source)
            for name, value in self.model_dump(exclude={"declaration"}).items()
        }
        return Location(**facts)
