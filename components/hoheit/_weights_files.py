"""Which files may belong to a unit of weights, and which run code when they are loaded."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ._urls import has_dots

if TYPE_CHECKING:
    from collections.abc import Iterable

_PICKLES = (".bin", ".ckpt", ".pickle", ".pkl", ".pt", ".pth")
"""Loading one runs the code inside it."""
_CODE = (".py", ".pyc", ".so")
"""With trust in remote code, the server runs it."""
_GLOB = re.compile(r"[*?\[]")


def check_inside(field: str, names: Iterable[str]) -> None:
    """Tell whether files lie inside their repository.

    Raises:
        ValueError: beginning with ``field``.
    """
    for name in names:
        if not name or name.startswith("/") or has_dots(name):
            raise ValueError(
                f"{field}: '{name}' leads out of the repository; name files by their path "
                "inside it, without '.' and '..', such as model.safetensors"
            )


def check_pickles(files: tuple[str, ...], digests: Iterable[str], *, allowed: bool) -> None:
    """Tell whether every pickle was asked for by its name, and is locked.

    Raises:
        ValueError: beginning with the field.
    """
    pickles = _ending_in(_PICKLES, files)
    if allowed != bool(pickles):
        if allowed:
            raise ValueError("allow_pickles: files names none; name each, with its digest")
        raise ValueError(
            f"files: {', '.join(pickles)}: a pickle runs code when it is loaded; convert the "
            "weights to safetensors, or set allow_pickles: true and lock it in digests"
        )
    for name in pickles:
        if _GLOB.search(name):
            raise ValueError(f"files: {name}: allow_pickles takes names, no patterns")
        if name not in digests:
            raise ValueError(f"digests: {name}: allow_pickles needs the digest of each pickle")


def check_code(files: tuple[str, ...], *, reviewed: bool) -> None:
    """Tell whether code is among the files only after a review, and never alone.

    Raises:
        ValueError: beginning with the field.
    """
    code = _ending_in(_CODE, files)
    if code and not reviewed:
        raise ValueError(
            f"files: {', '.join(code)}: code of the repository would run inside the server; "
            "leave it out, or have it read and set trusted_code"
        )
    if len(code) == len(files):
        raise ValueError(
            f"files: {', '.join(code)}: code and no weights; name those too, such as "
            "*.safetensors and *.json"
        )


def with_code(files: tuple[str, ...]) -> tuple[str, ...]:
    """Return patterns that take code along, where none of them does."""
    return files if _ending_in(_CODE, files) else (*files, "*.py")


def _ending_in(suffixes: tuple[str, ...], names: tuple[str, ...]) -> list[str]:
    return [name for name in names if name.lower().endswith(suffixes)]
