"""Property values on the wire: protobuf Struct to Python and back.

Pulumi sends what JSON cannot say (secrets, assets, references to resources, outputs) as objects
that carry a signature under a well-known key, and an unknown value as one of a few fixed strings.
"""

from collections.abc import Callable
from typing import Any, Final

from google.protobuf import struct_pb2

from .errors import UnsupportedError
from .marks import UNKNOWN, Secret, Unknown, is_list, is_object

SIGNATURE_KEY: Final = "4dabf18193072939515e22adb298388d"
SECRET: Final = "1b47061264138c4ac30d75fd1eb44270"  # noqa: S105 - a public constant of the protocol
ASSET: Final = "c44067f5952c0a294b673a41bacd8c17"
ARCHIVE: Final = "0def7320c3a5731c473e5ecbe6d01bc7"
RESOURCE_REFERENCE: Final = "5cf8f73096256a8f31e491e813e4eb8e"
OUTPUT_VALUE: Final = "d0e6a833031e9bbcd3f4e8bde6ca49a4"

UNKNOWN_STRING: Final = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
UNKNOWN_STRINGS: Final = frozenset(
    {
        UNKNOWN_STRING,
        "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",  # bool
        "3eeb2bf0-c639-47a8-9e75-3b44932eb421",  # number
        "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",  # array
        "030794c1-ac77-496b-92df-f27374a8bd58",  # asset
        "e48ece36-62e2-4504-bad9-02848725956a",  # archive
        "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",  # object
    }
)


def from_struct(struct: struct_pb2.Struct) -> dict[str, Any]:
    """Decode a property map."""
    return {key: from_value(value) for key, value in struct.fields.items()}


def from_value(value: struct_pb2.Value) -> Any:
    """Decode one property value."""
    kind = value.WhichOneof("kind")
    if kind == "string_value":
        return UNKNOWN if value.string_value in UNKNOWN_STRINGS else value.string_value
    if kind == "number_value":
        number = value.number_value
        # Struct has doubles only; an API server refuses 3.0 where it wants an integer.
        return int(number) if number.is_integer() else number
    if kind == "bool_value":
        return value.bool_value
    if kind == "list_value":
        return [from_value(item) for item in value.list_value.values]
    if kind == "struct_value":
        return _from_object(value.struct_value)
    return None


def _from_object(struct: struct_pb2.Struct) -> Any:
    if SIGNATURE_KEY not in struct.fields:
        return from_struct(struct)
    signature = struct.fields[SIGNATURE_KEY].string_value
    decode = _SIGNED.get(signature)
    if decode is None:
        raise UnsupportedError(f"a property value has the unknown signature {signature}")
    return decode(struct)


def _from_secret(struct: struct_pb2.Struct) -> Any:
    return as_secret(from_value(struct.fields["value"]))


def _from_output(struct: struct_pb2.Struct) -> Any:
    known = "value" in struct.fields
    element = from_value(struct.fields["value"]) if known else UNKNOWN
    return as_secret(element) if struct.fields["secret"].bool_value else element


def _from_reference(struct: struct_pb2.Struct) -> Any:
    if "id" not in struct.fields:
        return struct.fields["urn"].string_value
    identifier = from_value(struct.fields["id"])
    return UNKNOWN if identifier == "" else identifier


def _refuse_asset(_: struct_pb2.Struct) -> Any:
    raise UnsupportedError(
        "an asset or archive was given where a plain value belongs;"
        " read the file in the program and pass its content"
    )


_SIGNED: dict[str, Callable[[struct_pb2.Struct], Any]] = {
    SECRET: _from_secret,
    OUTPUT_VALUE: _from_output,
    RESOURCE_REFERENCE: _from_reference,
    ASSET: _refuse_asset,
    ARCHIVE: _refuse_asset,
}


def as_secret(value: Any) -> Secret:
    """Mark a value as secret, once."""
    return value if isinstance(value, Secret) else Secret(value)


def to_struct(properties: dict[str, Any]) -> struct_pb2.Struct:
    """Encode a property map."""
    struct = struct_pb2.Struct()
    for key, value in properties.items():
        struct.fields[key].CopyFrom(to_value(value))
    return struct


def to_value(value: Any) -> struct_pb2.Value:
    """Encode one property value."""
    plain = _to_plain_value(value)
    if plain is not None:
        return plain
    if isinstance(value, Unknown):
        return struct_pb2.Value(string_value=UNKNOWN_STRING)
    if isinstance(value, Secret):
        signed = {SIGNATURE_KEY: SECRET, "value": value.value}
        return struct_pb2.Value(struct_value=to_struct(signed))
    if is_object(value):
        return struct_pb2.Value(struct_value=to_struct(value))
    if is_list(value):
        items = [to_value(item) for item in value]
        return struct_pb2.Value(list_value=struct_pb2.ListValue(values=items))
    raise TypeError(f"a property value cannot be a {type(value).__name__}")


def _to_plain_value(value: Any) -> struct_pb2.Value | None:
    if value is None:
        return struct_pb2.Value(null_value=struct_pb2.NULL_VALUE)
    if isinstance(value, bool):
        return struct_pb2.Value(bool_value=value)
    if isinstance(value, int | float):
        return struct_pb2.Value(number_value=value)
    if isinstance(value, str):
        return struct_pb2.Value(string_value=value)
    return None
