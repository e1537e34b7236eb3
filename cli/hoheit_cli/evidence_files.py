"""Reads packages and their parts from disk."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from hoheit_policy.evidence import EVIDENCE, STATEMENT, Answer, remembered, verify
from hoheit_policy.evidence.canonical import digest

from .errors import UsageError
from .register import register_of
from .state import resources

if TYPE_CHECKING:
    from pathlib import Path

_OURS = "hoheit:index:"


def read_bytes(file: Path) -> bytes:
    """Return the content of a file.

    Raises:
        UsageError: if there is none.
    """
    try:
        return file.read_bytes()
    except OSError as error:
        raise UsageError(f"{file}: {error.strerror}") from None


def read_package(folder: Path) -> dict[str, bytes]:
    """Return every file of a package by its name, links and other things left out.

    Raises:
        UsageError: if it is no folder with evidence.
    """
    if not (folder / EVIDENCE).is_file() and not (folder / STATEMENT).is_file():
        raise UsageError(f"{folder} is no package: it has no {EVIDENCE} and no {STATEMENT}")
    return {
        str(file.relative_to(folder)): read_bytes(file)
        for file in sorted(folder.rglob("*"))
        if _is_plain(file)
    }


def strange_entries(folder: Path) -> list[str]:
    """Return what lies in a package and is no file: a link leads out of it, a folder is empty."""
    return [
        str(entry.relative_to(folder))
        for entry in sorted(folder.rglob("*"))
        if entry.is_symlink() or not (_is_plain(entry) or _holds_something(entry))
    ]


def _holds_something(entry: Path) -> bool:
    return entry.is_dir() and any(entry.iterdir())


def _is_plain(entry: Path) -> bool:
    return entry.is_file() and not entry.is_symlink()


def earlier(folder: Path) -> dict[str, Any] | str:
    """Return what a new package keeps of an earlier one, or why that one cannot be believed."""
    content = read_package(folder)
    if strange := strange_entries(folder):
        return f"{folder} was changed: {strange[0]} is a link, or no file"
    bad = [one for one in verify(content, None) if one.answer is Answer.TAMPERED]
    if bad:
        return f"{folder} was changed: {bad[0].what} {bad[0].says}"
    return remembered(json.loads(content[EVIDENCE]), digest(content[STATEMENT]))


def registered(export: dict[str, Any]) -> dict[str, Any] | None:
    """Return the register of a state, or None where no component of hoheit is in it."""
    if not any(one["type"].startswith(_OURS) for one in resources(export)):
        return None
    return register_of(export).model_dump(mode="json")
