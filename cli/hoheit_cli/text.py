"""Plain text of a fixed width: the same in a terminal, in a file and in the log of a pipeline."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

WIDTH = 100
_LABEL = 14


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
