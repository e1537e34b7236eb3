"""Every value at the end of a tree of properties, with the path to it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, cast

_LABELS = frozenset({"tags", "tagsAll", "labels", "annotations", "description", "__defaults"})
"""Words about a resource, which change nothing of where it is."""


def leaves_in(tree: Any, above: str = "") -> Iterator[tuple[str, Any]]:
    """Return path and value of every leaf, a gap too, and of those in a document that is a text."""
    held = _document(tree)
    if isinstance(held, dict):
        for key, inner in cast("dict[str, Any]", held).items():
            if key not in _LABELS:
                yield from leaves_in(inner, f"{above}.{key}" if above else key)
    elif isinstance(held, list):
        for index, inner in enumerate(cast("list[Any]", held)):
            yield from leaves_in(inner, f"{above}[{index}]")
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
