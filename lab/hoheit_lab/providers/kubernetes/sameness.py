"""When two spellings of a field say the same to the API server."""

from typing import Any

from hoheit_lab.providers.marks import is_list, is_object

from .quantity import same_quantity
from .schema import Schema, at, items

# Where no schema tells, amounts are found under these keys.
_AMOUNTS = frozenset({"requests", "limits", "hard", "capacity", "allocatable", "used", "overhead"})
_AMOUNT = frozenset({"sizeLimit", "storage", "averageValue", "divisor"})


def same(one: Any, other: Any, schema: Schema | None = None, path: tuple[Any, ...] = ()) -> bool:
    """Whether the API server would store the same for both."""
    if is_object(one) and is_object(other):
        return all(
            _same_field(one, other, key, schema, (*path, key)) for key in one.keys() | other.keys()
        )
    if is_list(one) and is_list(other):
        inner = items(schema)
        return len(one) == len(other) and all(
            same(first, second, inner, path) for first, second in zip(one, other, strict=True)
        )
    if type(one) is type(other) or _both_numbers(one, other):
        if one == other:
            return True
    elif is_empty(one) and is_empty(other):
        return True
    return is_amount(schema, path) and same_quantity(one, other)


def is_empty(value: Any) -> bool:
    """Whether leaving the field out says the same: Go's zero values are not stored."""
    if is_object(value):
        return all(is_empty(item) for item in value.values())
    return value is None or value in ("", 0, []) or value is False


def is_amount(schema: Schema | None, path: tuple[Any, ...]) -> bool:
    """Whether the field holds a quantity."""
    if schema is not None:
        return schema.is_quantity
    around = path[-2] if len(path) > 1 else None
    return around in _AMOUNTS or (bool(path) and path[-1] in _AMOUNT)


def _same_field(
    one: dict[str, Any],
    other: dict[str, Any],
    key: str,
    schema: Schema | None,
    path: tuple[Any, ...],
) -> bool:
    inner = at(schema, key)
    if key in one and key in other:
        return same(one[key], other[key], inner, path)
    if schema is not None and schema.is_map:
        # A label with an empty value is there, or it is not.
        return False
    return is_empty(one.get(key)) and is_empty(other.get(key))


def _both_numbers(one: Any, other: Any) -> bool:
    return all(isinstance(v, int | float) and not isinstance(v, bool) for v in (one, other))
