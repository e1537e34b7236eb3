"""Draw the values; nothing here is predictable, except where a program gives a seed."""

import base64
import random
import secrets
import time
import uuid
from dataclasses import dataclass, field
from typing import Any

from hoheit_lab.providers.errors import ProviderError

from .bcrypt import bcrypt_hash
from .characters import random_characters
from .words import ADJECTIVES, ADVERBS, NAMES


@dataclass(frozen=True)
class Drawn:
    """A resource's identity and what was drawn for it."""

    id: str
    outputs: dict[str, Any] = field(default_factory=dict[str, Any])


def draw_password(inputs: dict[str, Any]) -> Drawn:
    """A string that is secret; its id must not tell it."""
    return Drawn("none", _password(random_characters(inputs)))


def _password(result: str) -> dict[str, Any]:
    hashed = bcrypt_hash(result)
    return {"result": result} | ({"bcryptHash": hashed} if hashed else {})


def adopt_password(identity: str) -> dict[str, Any]:
    """A password that exists already."""
    return {"length": len(identity), **_password(identity)}


def draw_string(inputs: dict[str, Any]) -> Drawn:
    """A string that may be shown."""
    result = random_characters(inputs)
    return Drawn(result, {"result": result})


def adopt_string(identity: str) -> dict[str, Any]:
    """A string that exists already."""
    return {"length": len(identity), "result": identity}


def draw_id(inputs: dict[str, Any]) -> Drawn:
    """Random bytes in four spellings."""
    raw = secrets.token_bytes(_at_least_one(inputs, "byteLength"))
    prefix = inputs.get("prefix") or ""
    url = base64.urlsafe_b64encode(raw).decode().rstrip("=")
    spelt = {
        "b64Std": base64.b64encode(raw).decode(),
        "b64Url": url,
        "dec": str(int.from_bytes(raw, "big")),
        "hex": raw.hex(),
    }
    return Drawn(url, {key: prefix + value for key, value in spelt.items()})


def draw_bytes(inputs: dict[str, Any]) -> Drawn:
    """Random bytes that are secret."""
    raw = secrets.token_bytes(_at_least_one(inputs, "length"))
    return Drawn("none", {"base64": base64.b64encode(raw).decode(), "hex": raw.hex()})


def draw_integer(inputs: dict[str, Any]) -> Drawn:
    """A number between two others, both included."""
    low, high = inputs["min"], inputs["max"]
    if low > high:
        raise ProviderError(f"RandomInteger: min is {low}, and max is only {high}")
    result = _source(inputs).randint(low, high)
    return Drawn(str(result), {"result": result})


def draw_shuffle(inputs: dict[str, Any]) -> Drawn:
    """The inputs in another order; asked for more than there are, they come around again."""
    given, source = list(inputs["inputs"]), _source(inputs)
    count = inputs.get("resultCount")
    wanted = len(given) if count is None else count
    results: list[Any] = []
    while given and len(results) < wanted:
        results += source.sample(given, len(given))
    return Drawn("-", {"results": results[:wanted]})


def draw_pet(inputs: dict[str, Any]) -> Drawn:
    """A name that people can remember."""
    length = _at_least_one(inputs, "length")
    words = [secrets.choice(ADVERBS) for _ in range(length - 2)]
    words += [secrets.choice(ADJECTIVES)] if length > 1 else []
    words.append(secrets.choice(NAMES))
    prefix = [inputs["prefix"]] if inputs.get("prefix") else []
    return Drawn(inputs["separator"].join(prefix + words))


def draw_uuid(inputs: dict[str, Any]) -> Drawn:
    """A random UUID."""
    del inputs
    return _uuid(uuid.uuid4())


def draw_uuid7(inputs: dict[str, Any]) -> Drawn:
    """A UUID that sorts by time: 48 bits of milliseconds, the rest random (RFC 9562)."""
    del inputs
    milliseconds = int(time.time() * 1000) & (1 << 48) - 1
    value = milliseconds << 80 | 0x7 << 76 | secrets.randbits(12) << 64
    return _uuid(uuid.UUID(int=value | 0b10 << 62 | secrets.randbits(62)))


def adopt_uuid(identity: str) -> dict[str, Any]:
    """A UUID that exists already."""
    try:
        return {"result": str(uuid.UUID(identity))}
    except ValueError as error:
        raise ProviderError(f"{identity!r} is not a UUID") from error


def _uuid(value: uuid.UUID) -> Drawn:
    return Drawn(str(value), {"result": str(value)})


def _source(inputs: dict[str, Any]) -> random.Random:
    """A seed makes the draw repeatable; the official provider draws other values from it."""
    if inputs.get("seed"):
        return random.Random(inputs["seed"])  # noqa: S311 - a seed was asked for
    return secrets.SystemRandom()


def _at_least_one(inputs: dict[str, Any], key: str) -> int:
    if inputs[key] < 1:
        raise ProviderError(f"{key} is {inputs[key]}, and must be at least 1")
    return inputs[key]
