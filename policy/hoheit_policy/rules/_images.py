"""What the rules on images share: the images that a resource runs or mounts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hoheit_policy.images import Image, read_image
from hoheit_policy.kubernetes import containers_of, image_volumes_of
from hoheit_policy.values import Gap, text_at
from hoheit_policy.verdict import Judgement, failed, unknown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hoheit_policy.kubernetes import Container
    from hoheit_policy.resource import Resource


def images_of(resource: Resource) -> Iterator[tuple[str, Image | Gap | None]]:
    """Return path and image of containers of all kinds and of volumes.

    None stands for a text that is no reference.
    """
    for container in containers_of(resource):
        yield f"{container.path}.image", image_of(container)
    for path, reference in image_volumes_of(resource):
        yield path, _read(text_at({"image": reference}, "image"))


def image_of(container: Container) -> Image | Gap | None:
    """Return the image of a container; None where the text is no reference."""
    return _read(text_at(container.body, "image"))


def _read(reference: str | Gap) -> Image | Gap | None:
    return reference if isinstance(reference, Gap) else read_image(reference)


def unread_image(path: str, image: Gap | None) -> Judgement:
    """Return the answer about an image that cannot be read."""
    if image is None:
        return failed(path, "not an image reference; write registry/repository:tag@sha256:...")
    return unknown(path, f"the image {image.value}", late=image is Gap.UNKNOWN)
