"""What only people can say of a processing: purposes, contracts, who may read, and the like.

No rule asks about any of it. Evidence shows each of these with its source, and as unknown where
nobody said it or where its day has passed.
"""

from datetime import date
from typing import Literal, Self

from pydantic import Field, model_validator

from .location import Closed, Day, Fact, Source


class Paper(Closed):
    """Something that is written down elsewhere, and whose source is a declaration."""

    reference: str = Field(min_length=1)
    """Number or title by which whoever declares it finds it again."""
    source: Source

    @model_validator(mode="after")
    def _can_be_a_fact(self) -> Self:
        _ = self.fact
        return self

    @property
    def fact(self) -> Fact:
        """The reference with its source."""
        return Fact(value=self.reference, source=self.source)

    def why_unknown(self, today: date) -> str:
        """Return why nobody can rely on it on a day, or nothing where it counts."""
        return self.fact.why_unknown(today)

    def __str__(self) -> str:
        return self.reference


class Contract(Paper):
    """A contract with a processor (Art. 28 GDPR)."""

    signed_on: Day

    def why_unknown(self, today: date) -> str:
        """Return why nobody can rely on it on a day, or nothing where it counts."""
        if self.signed_on > today:
            return f"it is signed on {self.signed_on}, which is a day to come"
        return super().why_unknown(today)

    def __str__(self) -> str:
        return f"{self.reference}, {self.signed_on}"


class Attestation(Paper):
    """A report of an auditor over an operator, for example C5 Type 2."""

    valid_until: Day
    """Last day on which it counts."""

    def why_unknown(self, today: date) -> str:
        """Return why nobody can rely on it on a day, or nothing where it counts."""
        if self.valid_until < today:
            return f"it was valid until {self.valid_until}"
        return super().why_unknown(today)

    def __str__(self) -> str:
        return f"{self.reference}, {self.valid_until}"


class TransferBasis(Paper):
    """On what a transfer to a third country rests (Chapter V GDPR)."""

    article: Literal["45", "46", "49"]
    review_by: Day
    """Last day on which nobody has to look at it again."""

    def why_unknown(self, today: date) -> str:
        """Return why nobody can rely on it on a day, or nothing where it counts."""
        if self.review_by < today:
            return f"its review was due by {self.review_by}"
        return super().why_unknown(today)

    def __str__(self) -> str:
        return f"Art. {self.article}: {self.reference}, {self.review_by}"


class ProcessingRecord(Closed):
    """The processing as a whole, as its controller says it (Art. 30(1) and 6 GDPR)."""

    controller: Fact = Fact()
    """Name and contact."""
    data_protection_officer: Fact = Fact()
    """Contact."""
    purposes: Fact = Fact()
    legal_basis: Fact = Fact()
    data_subjects: Fact = Fact()
    """Categories of people."""
    data_categories: Fact = Fact()
    """Categories of personal data."""


class StoreRecord(Closed):
    """One store; what a component registers of it counts before this."""

    retention: Fact = Fact()
    erasure: Fact = Fact()
    encryption: Fact = Fact()
    key_holder: Fact = Fact()
    backup: Fact = Fact()
    readers: Fact = Fact()


class RecipientRecord(Closed):
    """One recipient."""

    contract: Contract | None = None
    transfer_basis: TransferBasis | None = None


class OperatorRecord(Closed):
    """One operator."""

    contract: Contract | None = None
    attestation: Attestation | None = None


class ModelRecord(Closed):
    """One model, and what it is under the AI Act."""

    revision: Fact = Fact()
    licence: Fact = Fact()
    purpose: Fact = Fact()
    role: Fact = Fact()
    """Provider, deployer, or another of Art. 3 of the AI Act."""
    risk_class: Fact = Fact()


class Record(Closed):
    """Everything of a processing that no state and no program shows."""

    processing: ProcessingRecord = ProcessingRecord()
    stores: dict[str, StoreRecord] = Field(default_factory=dict)
    """By the name of a store, or by a URN with ``*`` for any part; the first that fits counts."""
    recipients: dict[str, RecipientRecord] = Field(default_factory=dict)
    """By ``host`` or ``host:port``."""
    operators: dict[str, OperatorRecord] = Field(default_factory=dict)
    """By the name that locations give."""
    models: dict[str, ModelRecord] = Field(default_factory=dict)
    """By the name that a model is served under."""
