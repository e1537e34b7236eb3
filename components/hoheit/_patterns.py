"""Patterns of texts, each with the words that an operator reads instead of it."""

from pydantic import StringConstraints

_WORDS: dict[str, str] = {}


def written_as(pattern: str, words: str, *, max_length: int | None = None) -> StringConstraints:
    """Return the constraint of a text that looks like ``pattern``.

    Args:
        pattern: a regular expression.
        words: what it allows, to stand behind the path of a field.
        max_length: in characters.
    """
    _WORDS[pattern] = words
    return StringConstraints(pattern=pattern, max_length=max_length)


def in_words(pattern: str) -> str | None:
    """Return what ``pattern`` allows, or None where nobody said it in words."""
    return _WORDS.get(pattern)
