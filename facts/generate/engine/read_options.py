"""Reads the options of ``vllm serve`` from its own argument parser."""

from __future__ import annotations

import argparse
import enum
import importlib
import json
import re
from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_PARSER_MODULES = (
    "vllm.entrypoints.common.cli_args",
    "vllm.entrypoints.launchers.cli_args",
    "vllm.entrypoints.openai.cli_args",
)
"""Where the parser lies, newest release first."""
_NARGS = {None: "one", "?": "optional", "+": "many", "*": "any", 0: "none"}
_NAMES_OF = {
    "--tool-call-parser": ("vllm.tool_parsers", "ToolParserManager"),
    "--reasoning-parser": ("vllm.reasoning", "ReasoningParserManager"),
}
"""Options whose values are names in a registry, which the parser itself does not ask."""
_DEPRECATED = re.compile(r"\W*([\w() -]+ is )?deprecated\b", re.IGNORECASE)
"""How a help text begins that says so."""
_JSON_TYPES = ("loads", "parse_dataclass")


def parser() -> Any:
    """Return the parser of ``vllm serve``."""
    arguments: Any = importlib.import_module("vllm.utils.argparse_utils")
    make = _first(_PARSER_MODULES).make_arg_parser
    return make(arguments.FlexibleArgumentParser(prog="vllm serve"))


def _first(modules: tuple[str, ...]) -> Any:
    for name in modules:
        try:
            return importlib.import_module(name)
        except ModuleNotFoundError as error:
            if error.name not in {name, name.rpartition(".")[0]}:
                raise
    raise ModuleNotFoundError(f"no parser in {modules}")


def read_options(parser: Any) -> list[dict[str, Any]]:
    """Return every option: spellings, type, number of values, choices and default."""
    registered = _registered()
    deprecated: Any = getattr(parser, "_deprecated", ())
    # Some spellings are taken, and kept out of what the action itself names.
    spellings: dict[int, list[str]] = {}
    for name, action in parser._option_string_actions.items():
        spellings.setdefault(id(action), []).append(name)
    options: list[dict[str, Any]] = []
    for action in parser._actions:
        if not action.option_strings or type(action).__name__ == "_HelpAction":
            continue
        option = dict(_option(action, spellings[id(action)]))
        if names := registered.get(option["names"][0]):
            option |= {"choices": names, "extendable": True}
        marked = getattr(action, "deprecated", False) or action in deprecated
        if marked or "Deprecated" in type(action).__name__ or _says_so(action):
            option["deprecated"] = True
        options.append(option)
    return sorted(options, key=lambda option: option["names"][0])


def _option(action: Any, spellings: list[str]) -> Iterator[tuple[str, Any]]:
    long = [name for name in spellings if name.startswith("--")]
    yield "names", [*long, *(name for name in spellings if name not in long)]
    type_name, optional = _type(action)
    yield "type", type_name
    values = _NARGS.get(action.nargs, str(action.nargs))
    if values != ("none" if type_name == "switch" else "one"):
        yield "values", values
    if optional:
        yield "none", True
    if type(action).__name__ == "_AppendAction":
        yield "repeatable", True
    if action.choices is not None:
        yield "choices", [_plain(choice) for choice in action.choices if choice is not None]
    if action.default not in (None, argparse.SUPPRESS):
        yield from _default(action.default)


def _says_so(action: Any) -> bool:
    return _DEPRECATED.match(str(action.help or "")) is not None


def _type(action: Any) -> tuple[str, bool]:
    """Return the name of the type, and whether the word None is a value too."""
    if action.nargs == 0:
        return "switch", False
    convert, optional = action.type, False
    while (inner := _wrapped(convert)) is not None:
        optional = optional or convert.__name__ == "_optional_type"
        convert = inner
    name = getattr(convert, "__name__", "str") if convert is not None else "str"
    if name in _JSON_TYPES:
        return "json", optional
    return {"union_dict_and_str": "json or str", "<lambda>": "str"}.get(name, name), optional


def _wrapped(convert: Callable[..., Any] | None) -> Any:
    """Return the function that vLLM's wrappers for None and for JSON call."""
    if getattr(convert, "__name__", "") not in {"_optional_type", "_parse_type"}:
        return None
    cells = getattr(convert, "__closure__", None) or ()
    return next((cell.cell_contents for cell in cells if callable(cell.cell_contents)), None)


def _default(value: Any) -> Iterator[tuple[str, Any]]:
    plain = _plain(value)
    try:
        json.dumps(plain)
    except TypeError:
        yield "default_object", type(value).__name__
    else:
        yield "default", plain


def _plain(value: Any) -> Any:
    if isinstance(value, enum.Enum):
        return _plain(value.value)
    if type(value) in (set, frozenset):
        return sorted(value)
    return list(cast("tuple[Any, ...]", value)) if type(value) is tuple else value


def _registered() -> dict[str, list[str]]:
    quantization: Any = importlib.import_module("vllm.model_executor.layers.quantization")
    # The engine refuses a deprecated method unless a flag of its own allows it.
    refused = getattr(quantization, "DEPRECATED_QUANTIZATION_METHODS", [])
    methods = set(quantization.QUANTIZATION_METHODS) - set(refused)
    names = {"--quantization": sorted(methods)}
    for option, (module, manager) in _NAMES_OF.items():
        registry = getattr(importlib.import_module(module), manager)
        names[option] = registry.list_registered()
    return names
