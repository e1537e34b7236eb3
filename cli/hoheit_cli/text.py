"""Plain text of a fixed width: the same in a terminal, in a file and in the log of a pipeline."""

from __future__ import annotations

import json
import textwrap
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

WIDTH = 100
_LABEL = 14


def printable(text: str) -> str:
    """Return text in which everything that a terminal would act on, but line breaks, is escaped.

    Values of a state or a cluster may hold sequences that clear a screen or hide a line. The
    escapes are those of JSON, so JSON stays the same document.
    """
    return "\n".join(map(printable_line, text.split("\n")))


def printable_line(line: str) -> str:
    """Return `printable` of what has to stay one line: its line breaks are escaped as well."""
    return "".join(char if char.isprintable() else json.dumps(char)[1:-1] for char in line)


def json_text(document: Any) -> str:
    """Return a document as JSON for machines that a terminal can show."""
    return printable(json.dumps(document, indent=2, ensure_ascii=False)) + "\n"


def cells(values: Mapping[str, str], *, indent: int) -> list[str]:
    """Return one line for each label and value, and more where a value is long."""
    hanging = " " * (indent + _LABEL)
    return [
        line
        for label, value in values.items()
        for line in textwrap.wrap(
            value,
            WIDTH,
            initial_indent=f"{' ' * indent}{label:<{_LABEL}}",
            subsequent_indent=hanging,
            break_long_words=False,
            break_on_hyphens=False,
        )
    ]
