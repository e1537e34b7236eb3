"""Every value at the end of a tree of properties, with the path to it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, cast

WORDS = frozenset({"tags", "tagsAll", "labels", "annotations", "description", "__defaults"})
"""Fields with words about a resource of a cloud, which change nothing of where it is."""


def leaves_in(
    tree: Any, above: str = "", skipped: frozenset[str] = WORDS
) -> Iterator[tuple[str, Any]]:
    """Return path and value of every leaf, a gap too, and of those in a document that is a text.

    Args:
        tree: properties.
        above: path of the tree.
        skipped: fields that are not looked into.
    """
    held = _document(tree)
    if isinstance(held, dict):
        for key, inner in cast("dict[str, Any]", held).items():
            if key not in skipped:
                yield from leaves_in(inner, f"{above}.{key}" if above else key, skipped)
    elif isinstance(held, list):
        for index, inner in enumerate(cast("list[Any]", held)):
            yield from leaves_in(inner, f"{above}[{index}]", skipped)
    elif held is not None:
        yield above, held


def _document(value: Any) -> Any:
    """Return what a JSON document holds, a policy for example, or the value itself."""
    if isinstance(value, str) and value.lstrip()[:1] in ("{", "["):
        try:
            return json.loads(value)
        except ValueError:
            return value
    return value
