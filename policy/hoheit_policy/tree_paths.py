"""Reads the values at a path that may go through lists: ``rules[].destination.bucket``."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from .values import Gap, at, list_at, map_at

_EVERY = "[]"


def values_at(tree: Any, path: str) -> Iterator[tuple[str, Any]]:
    """Return every value at ``path`` with the path of its own, and the gaps on the way.

    What is missing above the last field yields nothing; the last field yields its gap.
    Of fields that stand for each other, parted by ``|``, all that are given count.
    """
    yield from _below(tree, path.split("."), "")


def _below(tree: Any, parts: list[str], above: str) -> Iterator[tuple[str, Any]]:
    names, rest = parts[0].removesuffix(_EVERY).split("|"), parts[1:]
    given = [name for name in names if at(tree, name) is not Gap.MISSING] or names[:1]
    for name in given:
        here = f"{above}.{name}" if above else name
        if parts[0].endswith(_EVERY):
            yield from _items(tree, name, rest, here)
        elif not rest:
            yield here, at(tree, name)
        else:
            yield from _one(tree, name, rest, here)


def _items(tree: Any, name: str, rest: list[str], here: str) -> Iterator[tuple[str, Any]]:
    items = list_at(tree, name)
    if isinstance(items, Gap):
        if items is not Gap.MISSING or not rest:
            yield here, items
        return
    for index, item in enumerate(items):
        place = f"{here}[{index}]"
        if isinstance(item, Gap) or not rest:
            yield place, Gap.WRONG if item is None else item
        elif isinstance(map_at(item), Gap):
            yield place, Gap.WRONG
        else:
            yield from _below(item, rest, place)


def _one(tree: Any, name: str, rest: list[str], here: str) -> Iterator[tuple[str, Any]]:
    inner = map_at(tree, name)
    if not isinstance(inner, Gap):
        yield from _below(inner, rest, here)
    elif inner is not Gap.MISSING:
        yield here, inner
