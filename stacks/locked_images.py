"""The images of an environment, with the digests of its lock file."""

from pathlib import Path
from typing import Any, cast

from hoheit import ImageLock, Images
from hoheit.images import IMAGE_FIELDS
from pydantic import Field, model_validator

HERE = Path(__file__).parent
"""Where lock files lie: beside the program and the stack files."""


class LockedImages(Images):
    """The images of the environment."""

    lock: str | None = Field(default=None, pattern=r"^[\w.-]+\.json$")
    """Lock file in this directory, as ``hoheit images lock`` writes it. An image whose reference
    stands in it gets its digest from there."""

    @model_validator(mode="before")
    @classmethod
    def _digests_come_from_the_lock(cls, given: Any) -> Any:
        fields = cast(dict[str, Any], given) if isinstance(given, dict) else {}
        name = fields.get("lock")
        if not isinstance(name, str) or Path(name).name != name:
            return given  # pyright: ignore[reportUnknownVariableType] - refused by its pattern later
        try:
            lock = ImageLock.read(HERE / name)
        except ValueError as error:
            raise ValueError(f"lock: {error}") from None
        return fields | _pinned(fields, lock)


def _pinned(given: dict[str, Any], lock: ImageLock) -> dict[str, str]:
    pinned: dict[str, str] = {}
    for field in IMAGE_FIELDS:
        reference = given.get(field, Images.model_fields[field].default)
        if isinstance(reference, str) and (found := lock.pinned(reference)) != reference:
            pinned[field] = found
    return pinned
