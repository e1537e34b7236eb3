"""The digests that a registry gave for the images of one environment."""

import json
from datetime import datetime
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import StringConstraints, ValidationError, model_validator

from ._args import Args
from ._explain import explain

Digest = Annotated[str, StringConstraints(pattern=r"^sha256:[0-9a-f]{64}$")]


class LockedImage(Args):
    """One image as a registry showed it."""

    name: str
    """The field of ``Images`` that names it."""
    reference: str
    """As the environment writes it, without a digest; a mirror is not part of it."""
    digest: Digest
    platforms: tuple[str, ...]
    """What it was built for, such as ``linux/amd64``."""
    registry: str
    """Who was asked: the image's own registry, or a mirror."""
    resolved_at: datetime
    """When the registry first showed this digest."""


class ImageLock(Args):
    """A lock file, which ``hoheit images lock`` writes and nobody edits."""

    version: Literal[1] = 1
    images: tuple[LockedImage, ...] = ()

    @model_validator(mode="after")
    def _one_digest_for_a_reference(self) -> Self:
        digests: dict[str, str] = {}
        for image in self.images:
            if digests.setdefault(image.reference, image.digest) != image.digest:
                raise ValueError(f"images: two digests for {image.reference}; lock again")
        return self

    @classmethod
    def read(cls, file: Path) -> Self:
        """Return the lock that a file holds.

        Raises:
            ValueError: with the file, and what is wrong with it.
        """
        try:
            return cls.model_validate_json(file.read_bytes())
        except FileNotFoundError:
            raise ValueError(f"{file} does not exist; write it with `hoheit images lock`") from None
        except ValidationError as error:
            raise ValueError(
                f"{file} is no image lock; write it anew with `hoheit images lock`:\n"
                f"{explain(error, cls)}"
            ) from None

    def text(self) -> str:
        """Return the content of the file, in which a changed digest is a changed line."""
        document = self.model_dump(mode="json")
        return json.dumps(document, indent=2) + "\n"

    def pinned(self, reference: str) -> str:
        """Return a reference with the digest that was locked for it, or as it is without one."""
        for image in self.images:
            if image.reference == reference and "@" not in reference:
                return f"{reference}@{image.digest}"
        return reference
