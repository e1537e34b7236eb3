"""Arguments of resources in a running program, before and after their outputs are known."""

import asyncio
from collections.abc import Awaitable, Mapping, Sequence
from enum import Enum
from typing import Any, cast

import pulumi
from pulumi import output

from hoheit_policy.values import Gap

from .wire import read_wire

_UNTRANSLATED = frozenset(
    {
        "annotations",
        "binary_data",
        "binaryData",
        "data",
        "labels",
        "limits",
        "match_labels",
        "matchLabels",
        "node_selector",
        "nodeSelector",
        "parameters",
        "requests",
        "string_data",
        "stringData",
    }
)
"""Fields whose keys are data of the user, not names of properties."""

_INPUT_TYPE = "_pulumi_input_type"
"""Mark of the SDK on its args classes (pulumi 3.272, _types.py)."""

_ODD = {"external_ips": "externalIPs"}
"""Names whose capitals do not follow from the Python name."""


def early(value: Any) -> Any:
    """Return what can be read of an argument at once, with the engine's names of properties.

    What is an output is unknown; :func:`late` puts values in their place.
    """
    return _read(value, translate=True)


async def late(value: Any) -> Any:
    """Return an argument when all outputs in it are there, with gaps for what stays unknown."""
    if isinstance(value, pulumi.Output):
        return await _resolved(cast("pulumi.Output[Any]", value))
    if isinstance(value, asyncio.Future):
        return await late(await cast("asyncio.Future[Any]", value))
    if isinstance(value, Awaitable):
        # A coroutine can be awaited once, and the SDK does.
        return Gap.UNKNOWN
    fields = _fields(value)
    if fields is not None:
        return {key: await late(inner) for key, inner in fields.items()}
    if isinstance(value, Sequence) and not isinstance(value, str | bytes):
        return [await late(inner) for inner in cast("Sequence[Any]", value)]
    return value


async def sources(value: Any) -> set[pulumi.Resource]:
    """Return the resources that an argument comes out of, when its outputs are there."""
    if isinstance(value, pulumi.Output):
        given = cast("pulumi.Output[Any]", value)
        return set(await given.resources())
    fields = _fields(value)
    inner: list[Any] = list(fields.values()) if fields is not None else []
    if isinstance(value, Sequence) and not isinstance(value, str | bytes):
        inner = list(cast("Sequence[Any]", value))
    found: set[pulumi.Resource] = set()
    for one in inner:
        found |= await sources(one)
    return found


def properties(props: Any) -> dict[str, Any]:
    """Return arguments by the engine's names of properties, as they were given."""
    return {_name(key): value for key, value in (_fields(props) or {}).items()}


async def _resolved(given: "pulumi.Output[Any]") -> Any:
    if await given.is_secret():
        return Gap.SECRET
    value = await given.future(with_unknowns=True)
    if value is None and not await given.is_known():
        return Gap.UNKNOWN
    return await late(value)


def _read(value: Any, *, translate: bool) -> Any:
    if isinstance(value, pulumi.Output | output.Unknown | Awaitable):
        return Gap.UNKNOWN
    fields = _fields(value)
    if fields is not None:
        return {
            _name(key) if translate else key: _read(
                inner, translate=translate and key not in _UNTRANSLATED
            )
            for key, inner in fields.items()
            if inner is not None
        }
    if isinstance(value, Sequence) and not isinstance(value, str | bytes):
        items = cast("Sequence[Any]", value)
        return [_read(inner, translate=translate) for inner in items]
    return _leaf(value)


def _leaf(value: Any) -> Any:
    if isinstance(value, Enum) and not isinstance(value, Gap):
        return value.value
    known = value is None or isinstance(value, Gap | bool | int | float | str)
    return read_wire(value) if known else Gap.WRONG


def _fields(value: Any) -> Mapping[str, Any] | None:
    if isinstance(value, Mapping):
        return cast("Mapping[str, Any]", value)
    if hasattr(cast("type[Any]", type(value)), _INPUT_TYPE):
        # An args class of an SDK keeps its fields in its __dict__, under their Python names.
        return cast("dict[str, Any]", vars(value))
    return None


def _name(key: str) -> str:
    if key in _ODD:
        return _ODD[key]
    head, *rest = key.strip("_").split("_")
    return head + "".join(part[:1].upper() + part[1:] for part in rest)
