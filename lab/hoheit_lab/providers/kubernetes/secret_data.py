"""The two faces of a Secret's content: `data` in base64, and `stringData` that becomes it."""

import base64
import binascii
from typing import Any, Final

from hoheit_lab.providers.marks import is_object
from hoheit_lab.providers.paths import Path

from .kinds import Kind

SECRET: Final = Kind("v1", "Secret")


def merge_string_data(secret: dict[str, Any]) -> dict[str, Any]:
    """The Secret as the API server stores it, so that both ways of writing it compare equal."""
    plain = secret.get("stringData")
    if not is_object(plain):
        return secret
    encoded = {key: _encode(value) for key, value in plain.items()}
    merged = {key: value for key, value in secret.items() if key != "stringData"}
    return {**merged, "data": {**(secret.get("data") or {}), **encoded}}


def path_in_program(path: Path, secret: dict[str, Any]) -> Path:
    """The path of a value where the program wrote it."""
    plain = secret.get("stringData")
    if not is_object(plain) or path[0] != "data":
        return path
    if len(path) == 1:
        return ("data",) if secret.get("data") else ("stringData",)
    return ("stringData", *path[1:]) if path[1] in plain else path


def read_string_data(live: dict[str, Any], wanted: dict[str, Any]) -> dict[str, Any]:
    """What `stringData` would have to be, to describe the live content."""
    data: dict[str, Any] = live.get("data") or {}
    return {key: _decode(data[key]) for key in wanted if key in data}


def _encode(value: Any) -> Any:
    return base64.b64encode(value.encode()).decode() if isinstance(value, str) else value


def _decode(encoded: str) -> str:
    try:
        return base64.b64decode(encoded, validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        # Not text, so certainly not what the program wrote; the raw value shows that it differs.
        return encoded
