"""Values as the engine writes them: marks of secrets, and stand-ins for what is unknown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, cast

from hoheit_policy.values import Gap

SIGNATURE = "4dabf18193072939515e22adb298388d"
SECRET = "1b47061264138c4ac30d75fd1eb44270"  # noqa: S105 - the engine's mark, not a secret
OUTPUT = "d0e6a833031e9bbcd3f4e8bde6ca49a4"
HIDDEN = "[secret]"

UNKNOWNS = frozenset(
    {
        "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",
        "3eeb2bf0-c639-47a8-9e75-3b44932eb421",
        "04da6b54-80e4-46f7-96ec-b56ff0331ba9",
        "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",
        "030794c1-ac77-496b-92df-f27374a8bd58",
        "e48ece36-62e2-4504-bad9-02848725956a",
        "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",
    }
)
"""Stand-ins for an unknown boolean, number, string, array, asset, archive, object
(pulumi 3.272, sdk/python/lib/pulumi/runtime/rpc.py; pulumi_policy 1.21, proxy.py)."""


def read_wire(value: Any) -> Any:
    """Return a value of an export or a preview as plain data with gaps."""
    if isinstance(value, Mapping):
        fields = cast("Mapping[str, Any]", value)
        if SIGNATURE in fields:
            return _signed(fields)
        return {key: read_wire(inner) for key, inner in fields.items()}
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, Sequence):
        return [read_wire(inner) for inner in cast("Sequence[Any]", value)]
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value


def _signed(fields: Mapping[str, Any]) -> Any:
    if fields[SIGNATURE] == SECRET:
        return Gap.SECRET
    if fields[SIGNATURE] == OUTPUT:
        return Gap.SECRET if fields.get("secret") else read_wire(fields.get("value", Gap.UNKNOWN))
    return Gap.WRONG


def _text(value: str) -> Any:
    """Return a text; one that has an unknown inside is unknown as a whole."""
    if value == HIDDEN:
        return Gap.SECRET
    return Gap.UNKNOWN if any(mark in value for mark in UNKNOWNS) else value
