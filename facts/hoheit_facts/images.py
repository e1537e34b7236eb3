"""The container images that components run by default."""

from dataclasses import dataclass

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


IMAGES: dict[str, CatalogueImage] = {
    record["name"]: CatalogueImage(**record) for record in load("images")
}
"""Every image of the catalogue by name."""
