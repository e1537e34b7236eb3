"""Properties of resources as plain data, in which what is not there says why."""

import json
from collections.abc import Mapping, Sequence
from enum import Enum
from typing import Any, cast


class Gap(Enum):
    """Why a value cannot be read. A rule that meets one says so and never passes."""

    MISSING = "is missing"
    UNKNOWN = "is not known before the update"
    SECRET = "is a secret, which is not looked into"  # noqa: S105 - a sentence
    UNSEEN = "is not among what is looked at"
    WRONG = "is not of the type that is expected here"


def at(tree: Any, *path: str | int) -> Any:
    """Return the value at ``path``, or the gap that is met on the way."""
    value = tree
    for part in path:
        value = _step(value, part)
        if isinstance(value, Gap):
            return value
    return Gap.MISSING if value is None else value


def text_at(tree: Any, *path: str | int) -> str | Gap:
    """Return the text at ``path``; an empty one is missing."""
    value = at(tree, *path)
    if isinstance(value, Gap):
        return value
    if not isinstance(value, str):
        return Gap.WRONG
    return value or Gap.MISSING


def flag_at(tree: Any, *path: str | int) -> bool | Gap:
    """Return the truth value at ``path``."""
    value = at(tree, *path)
    return value if isinstance(value, bool | Gap) else Gap.WRONG


def list_at(tree: Any, *path: str | int) -> list[Any] | Gap:
    """Return the list at ``path``."""
    value = _decoded(at(tree, *path))
    if isinstance(value, Gap):
        return value
    return cast("list[Any]", value) if isinstance(value, list) else Gap.WRONG


def map_at(tree: Any, *path: str | int) -> dict[str, Any] | Gap:
    """Return the mapping at ``path``."""
    value = _decoded(at(tree, *path))
    if isinstance(value, Gap):
        return value
    return cast("dict[str, Any]", value) if isinstance(value, dict) else Gap.WRONG


def has_gaps(tree: Any) -> bool:
    """Tell whether anything in ``tree`` cannot be read."""
    if isinstance(tree, Gap):
        return True
    if isinstance(tree, Mapping):
        return any(has_gaps(inner) for inner in cast("Mapping[str, Any]", tree).values())
    if isinstance(tree, Sequence) and not isinstance(tree, str):
        return any(has_gaps(inner) for inner in cast("Sequence[Any]", tree))
    return False


def _step(value: Any, part: str | int) -> Any:
    if isinstance(value, Gap):
        return value
    if value is None:
        return Gap.MISSING
    held = _decoded(value)
    if isinstance(part, int):
        if not isinstance(held, list):
            return Gap.WRONG
        items = cast("list[Any]", held)
        return items[part] if part < len(items) else Gap.MISSING
    if not isinstance(held, dict):
        return Gap.WRONG
    return cast("dict[str, Any]", held).get(part, Gap.MISSING)


def _decoded(value: Any) -> Any:
    """Return nested configuration of a provider, which the engine hands over as JSON text."""
    if isinstance(value, str) and value.lstrip()[:1] in ("{", "["):
        try:
            return json.loads(value)
        except ValueError:
            return value
    return value
