"""Validate inputs against the API server's schema, where the server itself cannot be asked yet.

Unknown values, and a namespace or definition that the same program creates, rule a dry run out.
The schema then still finds misspelt fields, wrong types and missing ones.
"""

import difflib
from collections.abc import Iterator
from typing import Any

from hoheit_lab.providers.marks import Unknown, is_list, is_object
from hoheit_lab.providers.paths import Path, format_path

from .quantity import parse_quantity
from .schema import Schema

_JSON_TYPES = {
    "string": "a string",
    "integer": "an integer",
    "number": "a number",
    "boolean": "true or false",
    "array": "a list",
    "object": "an object",
}


def violations(inputs: dict[str, Any], schema: Schema) -> list[str]:
    """What is wrong, each with its path; values are never quoted, they may be secret."""
    return [f"{format_path(path) or 'the object'}: {what}" for path, what in _walk(inputs, schema)]


def _walk(value: Any, schema: Schema, path: Path = ()) -> Iterator[tuple[Path, str]]:
    if isinstance(value, Unknown) or value is None:
        return
    wrong = _wrong_type(value, schema)
    if wrong:
        yield path, wrong
    elif is_object(value):
        yield from _walk_object(value, schema, path)
    elif is_list(value) and schema.items:
        for index, item in enumerate(value):
            yield from _walk(item, schema.items, (*path, index))
    elif schema.enum and value not in ("", *schema.enum):
        yield path, f"must be one of {', '.join(str(item) for item in schema.enum if item)}"


def _walk_object(value: dict[str, Any], schema: Schema, path: Path) -> Iterator[tuple[Path, str]]:
    for name in schema.required:
        if value.get(name) is None:
            yield (*path, name), "is required"
    for key, item in value.items():
        inner = schema.at(key)
        if inner is not None:
            yield from _walk(item, inner, (*path, key))
        elif not schema.is_open and not (path == () and key in {"apiVersion", "kind"}):
            close = difflib.get_close_matches(key, list(schema.properties), n=1)
            hint = f"; did you mean {close[0]}?" if close else ""
            yield (*path, key), f"there is no such field{hint}"


def _wrong_type(value: Any, schema: Schema) -> str:
    if schema.is_quantity:
        return (
            "" if parse_quantity(value) is not None else "must be a quantity, such as 500m or 2Gi"
        )
    if schema.is_int_or_string:
        return (
            ""
            if _is_a(value, "integer") or _is_a(value, "string")
            else ("must be an integer or a string")
        )
    if not schema.type or _is_a(value, schema.type):
        return ""
    return f"must be {_JSON_TYPES.get(schema.type, schema.type)}"


def _is_a(value: Any, json_type: str) -> bool:
    if isinstance(value, bool):
        return json_type == "boolean"
    accepted: dict[str, type | tuple[type, ...]] = {
        "string": str,
        "integer": int,
        "number": (int, float),
        "array": list,
        "object": dict,
    }
    return isinstance(value, accepted.get(json_type, ()))
