"""Typed access to the fields of a ``config.json``; what is missing is named, never guessed."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from .architecture import UnknownArchitectureError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_WAY_OUT = "give the config.json as it stands in the model's repository"


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
            UnknownArchitectureError: if none is, or it is not an integer.
        """
        for name in names:
            value = self._values.get(name)
            if value is None:
                continue
            if isinstance(value, bool) or not isinstance(value, int):
                raise UnknownArchitectureError(f"{name}: {value!r} is not an integer; {_WAY_OUT}")
            return value
        raise UnknownArchitectureError(f"{names[0]}: the field is missing; {_WAY_OUT}")

    def integer_or(self, default: int, *names: str) -> int:
        """Return the first of the fields that is there, else ``default``."""
        return self.integer(*names) if self.has(*names) else default

    def number_or(self, default: float, name: str) -> float:
        """Return a number, else ``default``."""
        value = self._values.get(name)
        return float(value) if isinstance(value, int | float) else default

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

    def integers(self, name: str) -> tuple[int, ...]:
        """Return a list of integers; empty where the field is missing."""
        return tuple(item for item in self._list(name) if isinstance(item, int))

    def texts(self, name: str) -> tuple[str, ...]:
        """Return a list of texts; empty where the field is missing."""
        return tuple(item for item in self._list(name) if isinstance(item, str))

    def _list(self, name: str) -> Sequence[object]:
        value = self._values.get(name)
        return cast("Sequence[object]", value) if isinstance(value, list | tuple) else ()
