"""One way to write JSON, so that the same data is the same bytes."""

from __future__ import annotations

import json
from hashlib import sha256
from typing import Any, cast
from uuid import NAMESPACE_URL, uuid5


def json_bytes(document: Any) -> bytes:
    """Return a document as UTF-8 with sorted keys and a line break at the end."""
    text = json.dumps(document, indent=2, sort_keys=True, ensure_ascii=False, allow_nan=False)
    return f"{text}\n".encode()


def digest(content: bytes) -> str:
    """Return the SHA-256 of bytes, in hexadecimal."""
    return sha256(content).hexdigest()


def stable_id(*parts: str) -> str:
    """Return a UUID (version 5) that depends on nothing but ``parts``."""
    name = "\x1f".join(parts)
    return str(uuid5(NAMESPACE_URL, f"urn:hoheit:evidence:{name}"))


def in_order(tree: Any) -> Any:
    """Return a tree with its keys in the order in which files hold them."""
    if isinstance(tree, dict):
        fields = cast("dict[str, Any]", tree)
        return {key: in_order(fields[key]) for key in sorted(fields)}
    if isinstance(tree, list):
        return [in_order(inner) for inner in cast("list[Any]", tree)]
    return tree
