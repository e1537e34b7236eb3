"""Where Amazon Bedrock asks a model, as far as its name says so."""

from dataclasses import dataclass
from typing import Any

from ._data import load


@dataclass(frozen=True, kw_only=True)
class Geography:
    """Regions among which AWS chooses for each request."""

    prefix: str
    """First part of the names of inference and guardrail profiles."""
    countries: tuple[str, ...]
    """ISO 3166-1 alpha-2 codes of countries where a request may go."""
    settled: bool
    """It goes nowhere else. If false, that differs from model to model."""
    source: str


@dataclass(frozen=True, kw_only=True)
class ModelField:
    """A field that names a model or a profile."""

    rule: str
    type: str
    path: str
    """As in ``Destination.path``."""


_DATA: dict[str, list[dict[str, Any]]] = load("bedrock")

GEOGRAPHIES: dict[str, Geography] = {
    one["prefix"]: Geography(countries=tuple(one.pop("countries")), **one)
    for one in _DATA["geographies"]
}
"""By prefix."""

MODEL_FIELDS: tuple[ModelField, ...] = tuple(ModelField(**one) for one in _DATA["fields"])
