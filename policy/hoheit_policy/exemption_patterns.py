"""What an exemption may mean: somebody stands for something, and nobody for everything."""

import re

_STACK = "stack"
_URN = "urn:pulumi:"
_NAME = re.compile(r"[^*?\[\]]+|[^*?:\[\]]{3,}\*")
"""A whole name, or a beginning that is more than a letter."""
_TYPE = re.compile(r"\*?[\w-]+:[\w./-]+:\w+\*?")


def names_something(pattern: str) -> str:
    """Return a pattern of URNs as it is.

    Raises:
        ValueError: if it names neither a resource nor a type, so that it would mean everything.
    """
    *above, name = re.split(r"::|\$", pattern)
    if pattern.startswith(_URN):
        # Stack and project come before the types, and mean everything in them.
        above = above[2:]
        name = name if above else "*"
    if pattern == _STACK or _NAME.fullmatch(name) or any(map(_TYPE.fullmatch, above)):
        return pattern
    raise ValueError(
        "would mean more than anybody can stand for; name a resource or a type, for example "
        "*kubernetes:core/v1:Service::*"
    )
