"""What the rules on images share: the image of a container, or why there is none."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hoheit_policy.images import Image, read_image
from hoheit_policy.values import Gap, text_at
from hoheit_policy.verdict import Judgement, failed, unknown

if TYPE_CHECKING:
    from hoheit_policy.kubernetes import Container


def image_of(container: Container) -> Image | Gap | None:
    """Return the image of a container; None where the text is no reference."""
    reference = text_at(container.body, "image")
    return reference if isinstance(reference, Gap) else read_image(reference)


def unread_image(path: str, image: Gap | None) -> Judgement:
    """Return the answer about an image that cannot be read."""
    if image is None:
        return failed(path, "not an image reference; write registry/repository:tag@sha256:...")
    return unknown(path, f"the image {image.value}", late=image is Gap.UNKNOWN)
