"""The container images that components run by default."""

from dataclasses import dataclass
from typing import Any

from ._data import load


@dataclass(frozen=True, kw_only=True)
class CatalogueImage:
    """One image of the catalogue; its digest is resolved against a registry, never written here."""

    name: str
    reference: str | None
    """Registry, repository and tag; None where the environment has to build and name its own."""
    purpose: str
    licence: str
    source: str
    software: tuple[str, ...]
    """Software in it that has switches in the telemetry table."""


def _read() -> dict[str, CatalogueImage]:
    records: list[dict[str, Any]] = load("images")
    return {
        record["name"]: CatalogueImage(software=tuple(record.pop("software")), **record)
        for record in records
    }


IMAGES: dict[str, CatalogueImage] = _read()
"""Every image of the catalogue by name."""
