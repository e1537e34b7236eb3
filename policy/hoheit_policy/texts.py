"""Texts anywhere in a resource, and the ways in which somebody can write a host into them."""

from __future__ import annotations

import binascii
import re
from base64 import b64decode
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, cast
from unicodedata import category, normalize
from urllib.parse import unquote

from .hosts import DOTS
from .values import Gap

if TYPE_CHECKING:
    from .resource import Resource

_BASE64 = re.compile(r"[A-Za-z0-9+/_-]{12,}={0,2}")
_WORD = re.compile(r"[a-z0-9_.-]+")
_QUOTES = str.maketrans("", "", "\"'`\\\\")
"""What a shell takes out of a word, so that it may stand inside of a host."""
_INVISIBLE = "Cf"
"""Category of characters that nobody sees, and that a resolver leaves out (UTS 46)."""
_REMEMBERED = 4096
"""Several rules read the same texts, and resources of one kind have many in common."""
_ROUNDS = 3
"""How often percent signs may be written as percent signs."""


@dataclass(frozen=True, kw_only=True)
class Text:
    """A text of a resource, or a gap where one could be."""

    path: str
    text: str | Gap
    joined: bool = False
    """Put together from the items of a list."""


def texts_of(resource: Resource) -> tuple[Text, ...]:
    """Return every text in the inputs; those of a list also put together, as a shell might."""
    return resource.once(_read)


def _read(resource: Resource) -> tuple[Text, ...]:
    return tuple(_texts(resource.inputs, ""))


def _texts(value: Any, path: str) -> Iterator[Text]:
    if isinstance(value, str | Gap):
        yield Text(path=path, text=value)
    elif isinstance(value, Mapping):
        for key, inner in cast("Mapping[str, Any]", value).items():
            yield from _texts(inner, f"{path}.{key}" if path else str(key))
    elif isinstance(value, Sequence):
        items = cast("Sequence[Any]", value)
        for index, inner in enumerate(items):
            yield from _texts(inner, f"{path}[{index}]")
        words = [inner for inner in items if isinstance(inner, str)]
        if len(words) > 1:
            yield Text(path=path, text="".join(words), joined=True)


@lru_cache(maxsize=_REMEMBERED)
def hosts_named(text: str) -> frozenset[str]:
    """Return every word of a text that could be a host, however it is written."""
    return frozenset(host for form in forms(text) for host in _hosts(_plain(form)))


def _hosts(text: str) -> Iterator[str]:
    for word in _WORD.findall(text):
        for part in word.split(".."):
            host = part.strip(".-")
            if "." in host:
                yield host


@lru_cache(maxsize=_REMEMBERED)
def forms(text: str) -> tuple[str, ...]:
    """Return a text as it is, then what its Base64 and its percent signs stand for."""
    return tuple(_forms(text))


def _forms(text: str) -> Iterator[str]:
    yield from _unquoted(text)
    for match in _BASE64.finditer(text):
        if decoded := _decoded(match[0]):
            yield from _unquoted(decoded)


def _unquoted(text: str) -> Iterator[str]:
    yield text
    for _ in range(_ROUNDS):
        if "%" not in text:
            return
        text = unquote(text)
        yield text


def _decoded(word: str) -> str:
    padded = word.rstrip("=").translate(str.maketrans("-_", "+/"))
    try:
        return b64decode(padded + "=" * (-len(padded) % 4)).decode("utf-8")
    except (binascii.Error, UnicodeDecodeError):
        return ""


def _plain(text: str) -> str:
    """Return a text as a shell and a resolver read the words in it."""
    if not text.isascii():
        text = normalize("NFKC", text).translate(DOTS)
        text = "".join(one for one in text if category(one) != _INVISIBLE)
    return text.translate(_QUOTES).lower()
