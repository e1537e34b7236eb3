"""Which element of one list is which of another."""

from typing import Any, Final

from hoheit_lab.providers.marks import is_object

from .sameness import same
from .schema import Schema, at, items

MISSING: Final[Any] = object()
_GUESSED_KEYS = ("name", "key", "mountPath", "containerPort", "port", "ip", "type", "uid")


def keys_of(lists: list[list[Any]], schema: Schema | None) -> list[str]:
    """The fields that tell elements apart: those that the schema names, else a good guess."""
    elements = [element for one in lists for element in one]
    if not elements or not all(is_object(element) for element in elements):
        return []
    if schema is not None:
        return schema.list_keys
    return next(([k] for k in _GUESSED_KEYS if all(k in element for element in elements)), [])


def counterpart(wanted: Any, index: int, others: Any, count: int, schema: Schema | None) -> Any:
    """The element of another list that is the wanted one.

    By its keys; without keys by its place, if both lists are equally long.
    """
    if not isinstance(others, list):
        return MISSING
    keys = keys_of([others, [wanted]], schema)
    if keys:
        return find(wanted, others, keys, items(schema))
    return others[index] if len(others) == count else MISSING


def find(wanted: Any, others: list[Any], keys: list[str], element: Schema | None) -> Any:
    """The element with the same keys."""
    return next((one for one in others if _same_keys(one, wanted, keys, element)), MISSING)


def _same_keys(one: Any, other: Any, keys: list[str], element: Schema | None) -> bool:
    """Whether two elements are the same one; a key that is left out has its default."""
    for key in keys:
        inner = at(element, key)
        default = inner.node.get("default") if inner else None
        if not same(one.get(key, default), other.get(key, default)):
            return False
    return True
