"""The live object, seen through what the program set.

The API server fills in defaults, controllers add fields, and amounts come back in another
spelling. None of that is drift. What the program set and the object no longer says is.
"""

from typing import Any

from hoheit_lab.providers.marks import is_list, is_object

from .elements import MISSING, counterpart, find, keys_of
from .sameness import is_empty, same
from .schema import Schema, at, items

# Admission appends to these lists of a pod.
_APPENDED = frozenset({"tolerations", "imagePullSecrets"})


def project(live: Any, inputs: Any, schema: Schema | None = None, before: Any = MISSING) -> Any:
    """What the inputs would have to be, to describe the live object.

    A part that still says the same keeps the program's spelling, so that comparing with the
    program shows drift and nothing else.

    Args:
        live: the object as it is now.
        inputs: what the program set.
        schema: what the API server says of the object.
        before: the object as it was when last looked at.
    """
    if is_object(live) and is_object(inputs):
        return _project_object(live, inputs, schema, before)
    if is_list(live) and is_list(inputs):
        return _project_list(live, inputs, schema, before)
    return inputs if same(live, inputs, schema) else live


def _project_object(
    live: dict[str, Any], inputs: dict[str, Any], schema: Schema | None, before: Any
) -> dict[str, Any]:
    projected: dict[str, Any] = {}
    for key, wanted in inputs.items():
        inner = at(schema, key)
        earlier = before.get(key, MISSING) if is_object(before) else MISSING
        if key in live:
            now = live[key]
            if key in _APPENDED and is_list(now) and is_list(wanted):
                now = now[: len(wanted)]
            projected[key] = project(now, wanted, inner, earlier)
        elif earlier is MISSING and is_empty(wanted) and not (schema and schema.is_map):
            # The API server never stored it: leaving it out says the same.
            projected[key] = wanted
    return projected


def _project_list(
    live: list[Any], inputs: list[Any], schema: Schema | None, before: Any
) -> list[Any]:
    if schema is not None and schema.is_set:
        return [value for value in inputs if value in live]
    keys = keys_of([live, inputs], schema)
    if not keys and len(live) != len(inputs):
        return live
    projected: list[Any] = []
    remaining = list(live)
    for index, wanted in enumerate(inputs):
        match = find(wanted, remaining, keys, items(schema)) if keys else live[index]
        if match is MISSING:
            continue
        # Elements that no input matches belong to somebody else.
        remaining.remove(match)
        earlier = counterpart(wanted, index, before, len(inputs), schema)
        projected.append(project(match, wanted, items(schema), earlier))
    return projected
