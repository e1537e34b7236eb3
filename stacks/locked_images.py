"""The images of an environment, with the digests of its lock file."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

from hoheit import ImageLock, Images
from hoheit.images import IMAGE_FIELDS
from pydantic import Field, model_validator

HERE = Path(__file__).parent
"""Where lock files lie: beside the program and the stack files."""
ELSEWHERE = "HOHEIT_IMAGE_LOCKS"
"""Variable with a directory that is asked first: a build that runs twice has a lock for each."""


class LockedImages(Images):
    """The images of the environment."""

    lock: str | None = Field(default=None, pattern=r"^[\w.-]+\.json$")
    """Lock file in this directory, as ``hoheit images lock`` writes it, or a build of images. An
    image whose reference stands in it gets its digest from there, weights too."""

    @model_validator(mode="before")
    @classmethod
    def _digests_come_from_the_lock(cls, given: Any) -> Any:
        lock = _lock_of(given)
        return given if lock is None else cast(dict[str, Any], given) | _pinned(given, lock)


def with_locked_weights(environment: Any) -> Any:
    """Return an environment in which weights that are an image have the digest of its lock.

    Raises:
        ValueError: beginning with the path of a lock that cannot be read.
    """
    given = _mapping(environment)
    try:
        lock = _lock_of(given.get("images"))
    except ValueError as error:
        raise ValueError(f"images.{error}") from None
    if lock is None:
        return environment
    models = {name: _locked(model, lock) for name, model in _mapping(given.get("models")).items()}
    return given | ({"models": models} if models else {})


def _locked(model: Any, lock: ImageLock) -> Any:
    weights = _mapping(_mapping(model).get("weights"))
    reference = weights.get("image")
    if not isinstance(reference, str):
        return model
    return _mapping(model) | {"weights": weights | {"image": lock.pinned(reference)}}


def _lock_of(images: Any) -> ImageLock | None:
    """Return the lock that images name, or None where they name none, or not as a file's name."""
    name = _mapping(images).get("lock")
    if not isinstance(name, str) or Path(name).name != name:
        return None
    try:
        return ImageLock.read(_file(name))
    except ValueError as error:
        raise ValueError(f"lock: {error}") from None


def _file(name: str) -> Path:
    *chosen, own = [directory / name for directory in _directories()]
    for file in (*chosen, own):
        if file.exists():
            return file
    others = "".join(f", nor does {file}" for file in chosen)
    raise ValueError(
        f"{own} does not exist{others}; write it with `hoheit images lock`, or, for images that "
        "this machine builds, with `make local REAL=1`"
    )


def _directories() -> Iterator[Path]:
    if chosen := os.environ.get(ELSEWHERE):
        yield Path(chosen)
    yield HERE


def _mapping(given: Any) -> dict[str, Any]:
    return cast(dict[str, Any], given) if isinstance(given, dict) else {}


def _pinned(given: dict[str, Any], lock: ImageLock) -> dict[str, str]:
    pinned: dict[str, str] = {}
    for field in IMAGE_FIELDS:
        reference = given.get(field, Images.model_fields[field].default)
        if isinstance(reference, str) and (found := lock.pinned(reference)) != reference:
            pinned[field] = found
    return pinned
