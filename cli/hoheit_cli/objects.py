"""Kubernetes objects as JSON has them, where what is empty is often left out or null."""

from __future__ import annotations

from typing import Any, cast

Object = dict[str, Any]


def name_of(found: Object) -> str:
    """Return the name of an object."""
    return found["metadata"]["name"]


def labels_of(found: Object) -> dict[str, str]:
    """Return the labels of an object."""
    return mapping_at(found, "metadata", "labels")


def mapping_at(found: Object, *path: str) -> dict[str, Any]:
    """Return the mapping at a path, an empty one where there is none."""
    inner: Any = found
    for part in path:
        inner = cast(Object, inner).get(part) if isinstance(inner, dict) else None
    return cast(Object, inner) if isinstance(inner, dict) else {}


def list_at(found: Object, *path: str) -> list[Any]:
    """Return the list at a path, an empty one where there is none."""
    *parents, last = path
    inner: Any = mapping_at(found, *parents).get(last)
    return cast(list[Any], inner) if isinstance(inner, list) else []
