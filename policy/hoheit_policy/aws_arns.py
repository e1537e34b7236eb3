"""ARNs that a resource of AWS holds, wherever they stand in it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

from .values import Gap, list_at, map_at, text_at

if TYPE_CHECKING:
    from .resource import Resource

_PART = r"[^:\s\"]*"
_ARN = re.compile(rf"arn:(?P<partition>{_PART}):{_PART}:{_PART}:(?P<account>{_PART}):")
_NAMED = re.compile(r"(?:^a|A)rns?$")
"""Fields whose name says that they hold an ARN."""


@dataclass(frozen=True, kw_only=True)
class Arn:
    """What an ARN says of whose it is."""

    partition: str
    account: str
    """Empty where the names of a service are the same for all accounts."""


Found: TypeAlias = tuple[str, Arn | Gap]
"""A path, and the ARN there or why none can be read."""


def arns_of(resource: Resource) -> Iterator[Found]:
    """Return every ARN of the inputs, each once by its path, and those that the state shows."""
    yield from dict.fromkeys(_below(resource.inputs, "", named=False))
    for path, text in (("outputs.arn", text_at(resource.outputs, "arn")), ("id", resource.id)):
        if isinstance(text, str):
            yield from _in_text(text, path, named=False)


def _below(tree: Any, path: str, *, named: bool) -> Iterator[Found]:
    fields, items = map_at(tree), list_at(tree)
    if not isinstance(fields, Gap):
        if named:
            yield path, Gap.WRONG
        for name, inner in fields.items():
            here = f"{path}.{name}" if path else name
            yield from _below(inner, here, named=bool(_NAMED.search(name)))
    elif not isinstance(items, Gap):
        for index, inner in enumerate(items):
            yield from _below(inner, f"{path}[{index}]", named=named)
    elif isinstance(tree, str):
        yield from _in_text(tree, path, named=named)
    elif named and tree is not None:
        yield path, tree if isinstance(tree, Gap) else Gap.WRONG


def _in_text(text: str, path: str, *, named: bool) -> Iterator[Found]:
    found = [Arn(**one.groupdict()) for one in _ARN.finditer(text)]
    yield from ((path, one) for one in found)
    if named and text and not found:
        yield path, Gap.WRONG
