"""Which rules judged: a version for people, and a digest over the code and the facts it reads."""

from __future__ import annotations

from functools import cache
from hashlib import sha256
from importlib.metadata import PackageNotFoundError, version
from importlib.resources import files
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from importlib.resources.abc import Traversable

_ROOMS = ("hoheit_facts", "hoheit_policy")
_READ = (".py", ".json", ".j2", ".css")


@cache
def rule_set() -> dict[str, str]:
    """Return ``version`` and ``sha256`` of the rules, the facts and the writers of evidence.

    Two versions under development have one number; the digest tells them apart.
    """
    found = sha256()
    for room in _ROOMS:
        for path, file in sorted(_files(files(room), room)):
            content = file.read_bytes()
            found.update(f"{path}\0{len(content)}\0".encode())
            found.update(content)
    return {"version": _version(), "sha256": found.hexdigest()}


def _files(folder: Traversable, path: str) -> Iterator[tuple[str, Traversable]]:
    for entry in folder.iterdir():
        inner = f"{path}/{entry.name}"
        if entry.is_dir():
            yield from _files(entry, inner)
        elif entry.name.endswith(_READ):
            yield inner, entry


def _version() -> str:
    try:
        return version("hoheit")
    except PackageNotFoundError:
        return "unknown"
