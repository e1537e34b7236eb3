"""Images of others whose software has switches in the telemetry tables."""

from dataclasses import dataclass
from typing import Any

from ._data import load


@dataclass(frozen=True, kw_only=True)
class KnownImage:
    """An image that no component of ours runs, and what is in it."""

    repository: str
    """Without registry and tag, which a mirror changes."""
    software: tuple[str, ...]
    source: str


def _read(record: dict[str, Any]) -> KnownImage:
    return KnownImage(software=tuple(record.pop("software")), **record)


KNOWN_IMAGES: tuple[KnownImage, ...] = tuple(_read(record) for record in load("known_images"))
"""Every such image."""
