"""Whether ``vllm serve`` of a release takes an argument, before a pod is made to find out."""

from __future__ import annotations

import json
import re
from difflib import get_close_matches
from typing import TYPE_CHECKING

from hoheit_facts import ENGINES

if TYPE_CHECKING:
    from collections.abc import Iterable

    from hoheit_facts import EngineCatalogue, Flag

_SHORT_FOR = {
    "human_readable_int": "25000, 25k or 24K",
    "human_readable_int_or_auto": "32k or auto",
}
_READABLE = re.compile(r"\d+(\.\d+)?[kmgt]|\d+[KMGT]?")
"""Numbers as vLLM shortens them: 25.6k is 25,600, and 1K is 1,024."""


def name_of(argument: str) -> str:
    """Return the flag of ``--flag=value``, spelt with dashes as the engine reads it."""
    return argument.partition("=")[0].replace("_", "-")


def check_arguments(
    field: str, arguments: Iterable[str], version: str, before: Iterable[str] = ()
) -> None:
    """Tell whether a release of vLLM takes these arguments.

    Args:
        field: where they were given, for the refusal.
        arguments: each ``--flag`` or ``--flag=value``.
        version: a release of ``ENGINES``.
        before: arguments that stand before these, and were checked.

    Raises:
        ValueError: beginning with ``field``, for the first argument that stops the engine.
    """
    catalogue = ENGINES[version]
    seen = {_known(name_of(argument), catalogue).names[0] for argument in before}
    for argument in arguments:
        try:
            flag = _known(name_of(argument), catalogue)
            _check(flag, argument)
        except ValueError as error:
            raise ValueError(f"{field}: {error}") from None
        if flag.names[0] in seen and not flag.repeatable:
            raise ValueError(f"{field}: {name_of(argument)} is there twice; the last would win")
        seen.add(flag.names[0])


def _known(name: str, catalogue: EngineCatalogue) -> Flag:
    if flag := catalogue.flag(name):
        return flag
    near = get_close_matches(name, catalogue.flags_by_name, n=1)
    hint = f"; did you mean {near[0]}?" if near else ""
    raise ValueError(f"vLLM {catalogue.version} has no {name}{hint}")


def _check(flag: Flag, argument: str) -> None:
    name, has_value, value = name_of(argument), "=" in argument, argument.partition("=")[2]
    if flag.deprecated:
        raise ValueError(f"{name} is deprecated and goes with a later vLLM; leave it out")
    if flag.count == "none":
        if has_value:
            raise ValueError(f"{name} is a switch; write it without a value")
        return
    if not has_value:
        if flag.count != "optional":
            raise ValueError(f"{name} needs a value; write {name}=...")
        return
    if flag.none and value == "None":
        return
    if wanted := _wanted(flag, value):
        raise ValueError(f"{name}: '{value}' is not {wanted}")


def _wanted(flag: Flag, value: str) -> str | None:
    """Return what a value has to be, if it is something else."""
    if flag.choices and value not in {str(choice) for choice in flag.choices}:
        near = get_close_matches(value, [str(choice) for choice in flag.choices], n=1)
        hint = f"; did you mean {near[0]}?" if near else ""
        return f"among {', '.join(str(choice) for choice in flag.choices)}{hint}"
    if flag.type == "int" and not _reads(int, value):
        return "a whole number"
    if flag.type == "float" and not _reads(float, value):
        return "a number"
    if flag.type in _SHORT_FOR and not _is_readable(flag.type, value):
        return f"a whole number such as {_SHORT_FOR[flag.type]}"
    if flag.type == "json" and not _reads(json.loads, value):
        return "JSON"
    return None


def _is_readable(kind: str, value: str) -> bool:
    automatic = kind.endswith("_auto") and value.lower() in ("auto", "-1")
    return automatic or _READABLE.fullmatch(value) is not None


def _reads(read: type[int] | type[float] | object, value: str) -> bool:
    try:
        read(value)  # pyright: ignore
    except ValueError:
        return False
    return True
