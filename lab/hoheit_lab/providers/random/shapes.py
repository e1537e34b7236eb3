"""What each random resource takes, and what it gives."""

import difflib
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

from hoheit_lab.providers.marks import Unknown, is_list, is_object, reveal
from hoheit_lab.providers.requests import CheckFailure

from . import drawing

_TEXT: Final = "a string"
_NUMBER: Final = "an integer"
_SWITCH: Final = "true or false"
_TEXTS: Final = "a list of strings"
_MAP: Final = "an object of strings"

_KEEPERS = {"keepers": _MAP}
_CHARACTERS = {
    "length": _NUMBER,
    "lower": _SWITCH,
    "minLower": _NUMBER,
    "minNumeric": _NUMBER,
    "minSpecial": _NUMBER,
    "minUpper": _NUMBER,
    "number": _SWITCH,
    "numeric": _SWITCH,
    "overrideSpecial": _TEXT,
    "special": _SWITCH,
    "upper": _SWITCH,
    **_KEEPERS,
}
_CHARACTER_DEFAULTS: dict[str, Any] = {
    "lower": True,
    "minLower": 0,
    "minNumeric": 0,
    "minSpecial": 0,
    "minUpper": 0,
    "numeric": True,
    "special": True,
    "upper": True,
}


@dataclass(frozen=True)
class Shape:
    """One resource type."""

    inputs: dict[str, str]
    outputs: tuple[str, ...]
    draw: Callable[[dict[str, Any]], drawing.Drawn]
    required: tuple[str, ...] = ()
    defaults: dict[str, Any] = field(default_factory=dict[str, Any])
    secret: bool = False
    adopt: Callable[[str], dict[str, Any]] | None = None
    """Inputs and outputs from an id, for an import."""

    def complete(self, inputs: dict[str, Any]) -> dict[str, Any]:
        """The inputs with defaults; `number` is the former name of `numeric`."""
        renamed = dict(inputs)
        if "number" in renamed and "number" in self.inputs:
            renamed.setdefault("numeric", renamed.pop("number"))
        return {**self.defaults, **{k: v for k, v in renamed.items() if v is not None}}

    def check(self, inputs: dict[str, Any]) -> list[CheckFailure]:
        """What is wrong with inputs; values are never quoted."""
        failures = [
            CheckFailure(key, "is required") for key in self.required if inputs.get(key) is None
        ]
        for key, value in reveal(inputs).items():
            if key not in self.inputs:
                failures.append(CheckFailure(key, self._unknown(key)))
            elif value is not None and not _fits(value, self.inputs[key]):
                failures.append(CheckFailure(key, f"must be {self.inputs[key]}"))
        return failures

    def _unknown(self, key: str) -> str:
        close = difflib.get_close_matches(key, self.inputs, n=1)
        hint = f"; did you mean {close[0]}?" if close else ""
        return f"there is no such property{hint} (known: {', '.join(sorted(self.inputs))})"


def _fits(value: Any, what: str) -> bool:
    if isinstance(value, Unknown):
        return True
    if what == _MAP:
        return is_object(value)
    if what == _TEXTS:
        return is_list(value)
    if what == _SWITCH:
        return isinstance(value, bool)
    if what == _NUMBER:
        return isinstance(value, int) and not isinstance(value, bool)
    return isinstance(value, str)


SHAPES: dict[str, Shape] = {
    "RandomBytes": Shape(
        {"length": _NUMBER, **_KEEPERS},
        ("base64", "hex"),
        drawing.draw_bytes,
        ("length",),
        secret=True,
    ),
    "RandomId": Shape(
        {"byteLength": _NUMBER, "prefix": _TEXT, **_KEEPERS},
        ("b64Std", "b64Url", "dec", "hex"),
        drawing.draw_id,
        ("byteLength",),
    ),
    "RandomInteger": Shape(
        {"max": _NUMBER, "min": _NUMBER, "seed": _TEXT, **_KEEPERS},
        ("result",),
        drawing.draw_integer,
        ("max", "min"),
    ),
    "RandomPassword": Shape(
        _CHARACTERS,
        ("bcryptHash", "result"),
        drawing.draw_password,
        ("length",),
        _CHARACTER_DEFAULTS,
        secret=True,
        adopt=drawing.adopt_password,
    ),
    "RandomPet": Shape(
        {"length": _NUMBER, "prefix": _TEXT, "separator": _TEXT, **_KEEPERS},
        (),
        drawing.draw_pet,
        defaults={"length": 2, "separator": "-"},
    ),
    "RandomShuffle": Shape(
        {"inputs": _TEXTS, "resultCount": _NUMBER, "seed": _TEXT, **_KEEPERS},
        ("results",),
        drawing.draw_shuffle,
        ("inputs",),
    ),
    "RandomString": Shape(
        _CHARACTERS,
        ("result",),
        drawing.draw_string,
        ("length",),
        _CHARACTER_DEFAULTS,
        adopt=drawing.adopt_string,
    ),
    "RandomUuid": Shape(dict(_KEEPERS), ("result",), drawing.draw_uuid, adopt=drawing.adopt_uuid),
    "RandomUuid4": Shape(dict(_KEEPERS), ("result",), drawing.draw_uuid, adopt=drawing.adopt_uuid),
    "RandomUuid7": Shape(dict(_KEEPERS), ("result",), drawing.draw_uuid7, adopt=drawing.adopt_uuid),
}
