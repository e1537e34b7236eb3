"""The lock file of what was built and pushed, as `hoheit images lock` would write it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from hoheit import ImageLock, LockedImage

from .layout import PLATFORM

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from .workshop import Image


def write(file: Path, images: Iterable[Image], registry: str) -> None:
    """Write the digests of some images; what else the file holds stays.

    Args:
        file: The lock, which need not be there yet.
        images: Pushed by now.
        registry: Who has them: host and port.
    """
    known = ImageLock.read(file).images if file.exists() else ()
    before = {(image.reference, image.digest): image.resolved_at for image in known}
    now = datetime.now(UTC).replace(microsecond=0)
    locked = {image.name: image for image in known}
    for image in images:
        name = image.name.replace("-", "_")
        locked[name] = LockedImage(
            name=name,
            reference=image.reference,
            digest=image.digest,
            platforms=(PLATFORM,),
            registry=registry,
            resolved_at=before.get((image.reference, image.digest), now),
        )
    text = ImageLock(images=tuple(one for _, one in sorted(locked.items()))).text()
    unfinished = file.with_name(f".{file.name}.unfinished")
    unfinished.write_text(text, "utf-8")
    unfinished.replace(file)
