"""Typed access to the fields of a ``config.json``; what is missing is named, never guessed."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, cast

from .architecture import UnknownArchitectureError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_WAY_OUT = "give the config.json as it stands in the model's repository"
LARGEST = 10**8
"""No size of a model is larger by far; a typing error is."""
LEAST = -1
"""What some families write for "none" or "the whole row"."""


class Fields:
    """The fields of one configuration, with those of its class where the file leaves them out."""

    def __init__(self, values: Mapping[str, object], defaults: Mapping[str, object]) -> None:
        """``defaults`` are what the configuration class of this model type says.

        A field that is null in the file stays null: it is switched off, not left out.
        """
        self._values = {**defaults, **values}

    def has(self, *names: str) -> bool:
        """Whether one of the fields is there and not null."""
        return any(self._values.get(name) is not None for name in names)

    def integer(self, *names: str) -> int:
        """Return the first of the fields that is there.

        Raises:
            UnknownArchitectureError: if none is, or it is not an integer that a model can have.
        """
        return self._between(LEAST, LARGEST, names)

    def count(self, *names: str, most: int = LARGEST) -> int:
        """Return the first of the fields that is there: of something that has to be there.

        Raises:
            UnknownArchitectureError: if none is, or it is not an integer from 1 to ``most``.
        """
        return self._between(1, most, names)

    def integer_or(self, default: int, *names: str) -> int:
        """Return the first of the fields that is there, else ``default``."""
        return self.integer(*names) if self.has(*names) else default

    def number_or(self, default: float, name: str) -> float:
        """Return a number above 0, else ``default``.

        Raises:
            UnknownArchitectureError: if the field is something else.
        """
        value = self._values.get(name)
        if value is None:
            return default
        if isinstance(value, int | float) and 0 < value < math.inf:
            return float(value)
        raise UnknownArchitectureError(f"{name}: {value!r} is not a number above 0; {_WAY_OUT}")

    def text_or(self, default: str, name: str) -> str:
        """Return a text, else ``default``."""
        value = self._values.get(name)
        return value if isinstance(value, str) else default

    def flag(self, name: str) -> bool:
        """Return whether the field is there and true."""
        return self._values.get(name) is True

    def table(self, name: str) -> Mapping[str, object]:
        """Return an object; empty where the field is missing."""
        value = self._values.get(name)
        return cast("Mapping[str, object]", value) if isinstance(value, dict) else {}

    def table_or_nothing(self, name: str) -> Mapping[str, object]:
        """Return an object; empty where the field is missing.

        Raises:
            UnknownArchitectureError: if it is there, and no object.
        """
        value = self._values.get(name)
        if value is not None and not isinstance(value, dict):
            raise UnknownArchitectureError(f"{name}: {value!r} is not an object; {_WAY_OUT}")
        return self.table(name)

    def integers(self, name: str) -> tuple[int, ...]:
        """Return a list of integers; empty where the field is missing."""
        return tuple(item for item in self._list(name) if isinstance(item, int))

    def texts(self, name: str) -> tuple[str, ...]:
        """Return a list of texts; empty where the field is missing."""
        return tuple(item for item in self._list(name) if isinstance(item, str))

    def _between(self, least: int, most: int, names: tuple[str, ...]) -> int:
        for name in names:
            value = self._values.get(name)
            if value is None:
                continue
            if isinstance(value, bool) or not isinstance(value, int):
                raise UnknownArchitectureError(f"{name}: {value!r} is not an integer; {_WAY_OUT}")
            if not least <= value <= most:
                raise UnknownArchitectureError(
                    f"{name}: {value} is not from {least} to {most}; {_WAY_OUT}"
                )
            return value
        raise UnknownArchitectureError(f"{names[0]}: the field is missing; {_WAY_OUT}")

    def _list(self, name: str) -> Sequence[object]:
        value = self._values.get(name)
        return cast("Sequence[object]", value) if isinstance(value, list | tuple) else ()
