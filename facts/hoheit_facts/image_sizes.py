"""What images take on a node's disk once they are unpacked."""

from dataclasses import dataclass

from ._data import load


@dataclass(frozen=True, kw_only=True)
class ImageSize:
    """The size of one image of the catalogue."""

    unpacked_gib: int
    """On the disk of a node, rounded up; registries name the compressed size."""
    source: str


IMAGE_SIZES: dict[str, ImageSize] = {
    name: ImageSize(**record) for name, record in load("image_sizes").items()
}
"""By name in the image catalogue; images that are not here are small, or nobody measured them."""
