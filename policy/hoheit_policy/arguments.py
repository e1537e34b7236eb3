"""Flags on the command line of a container."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .values import Gap, at, list_at

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .kubernetes import Container

_SET = "true"
"""What a flag without a value means."""


def words_of(container: Container) -> Iterator[str | Gap]:
    """Return the words of command and args in order; a gap where one cannot be read."""
    for field in ("command", "args"):
        listed = list_at(container.body, field)
        if isinstance(listed, Gap):
            if listed is not Gap.MISSING:
                yield listed
            continue
        for index in range(len(listed)):
            word = at(listed, index)
            yield word if isinstance(word, Gap) else str(word)


def argument_of(container: Container, flag: str) -> str | Gap:
    """Return the value of the last place of a flag, written with one dash or two, in any case.

    A value that is its own word counts only if it is no flag itself.
    """
    wanted, found = _bare(flag), Gap.MISSING
    words = list(words_of(container))
    for index, word in enumerate(words):
        if isinstance(word, Gap):
            return word
        name, equals, value = word.partition("=")
        if word.startswith("-") and _bare(name) == wanted:
            following = words[index + 1] if index + 1 < len(words) else ""
            apart = isinstance(following, str) and following and not following.startswith("-")
            found = value if equals else following if apart else _SET
    return found


def _bare(flag: str) -> str:
    return flag.lstrip("-").lower()
