"""Turns a validation error into sentences that name the path, the problem and the way out."""

import re
from collections.abc import Sequence
from difflib import get_close_matches
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, TypeGuard, Union, get_args, get_origin

import pulumi
from pydantic import BaseModel, ValidationError

from ._patterns import in_words

_WORDS = {
    "tuple_type": "should be a list",
    "model_type": "should be a mapping",
    "model_attributes_type": "should be a mapping",
    "dict_type": "should be a mapping",
    "union_tag_not_found": "kind is missing, by which the other fields are known",
    "ip_v4_network": "should be a range such as 192.0.2.0/24, whose last bits are zero",
}
"""What pydantic says in words of its own types, for somebody who writes a stack file."""
_CHOICES = ("enum", "literal_error")
"""Faults of a field that takes one of a few words."""
_OWN_PATH = re.compile(r"[a-z_][\w.\[\]-]*: ")
"""How a validator of a whole model begins, when it knows which field is wrong."""


def explain(error: ValidationError, *models: type[BaseModel]) -> str:
    """Return one line for each fault: ``path: problem; what is allowed``.

    Args:
        error: what pydantic found.
        models: the model that was validated, or the members of the union.
    """
    lines: dict[str, str] = {}
    faults = error.errors(include_url=False)
    for fault in faults:
        if fault["type"] == "too_short" and _lost_an_item(fault, faults):
            continue
        path, problem = _fault(fault, models)
        # Each member of a union has its own complaint about one value; the first is enough.
        lines.setdefault(path, problem)
    return "\n".join(f"  {path}{problem}" for path, problem in lines.items())


def _lost_an_item(fault: Any, faults: Sequence[Any]) -> bool:
    """Tell whether a list is too short only for an item of it that has a fault of its own."""
    location = fault["loc"]
    return any(
        len(other["loc"]) > len(location) and other["loc"][: len(location)] == location
        for other in faults
    )


def _fault(fault: Any, models: tuple[type[BaseModel], ...]) -> tuple[str, str]:
    unknown = fault["type"] == "extra_forbidden"
    location: tuple[str | int, ...] = fault["loc"]
    named, owners = _follow(location[:-1] if unknown else location, models)
    if unknown:
        field = str(location[-1])
        return _text([*named, field]), f": unknown field{_suggestion(field, owners)}"
    path = _text(named)
    if fault["type"] == "missing":
        return path, ": required, but not given"
    if fault["type"] == "union_tag_invalid":
        tag = fault["ctx"]
        kind = _text([*named, tag["discriminator"].strip("'")])
        return kind, f": no '{tag['tag']}'; known: {tag['expected_tags']}"
    problem = _problem(fault)
    if fault["type"] == "value_error" and _OWN_PATH.match(problem):
        return path, f".{problem}" if path else problem
    return path or "(the whole)", f": {problem}"


def _problem(fault: Any) -> str:
    if isinstance(fault["input"], pulumi.Output):
        return (
            "is an Output, which is known only after deployment; preview checks this field, so "
            "give a plain value"
        )
    if fault["type"] == "string_pattern_mismatch":
        words = in_words(fault["ctx"]["pattern"])
        return words or fault["msg"]
    if fault["type"] == "too_short":
        given, least = fault["ctx"]["actual_length"], fault["ctx"]["min_length"]
        return f"has {given} entries and needs {least} or more"
    if fault["type"] in _CHOICES and isinstance(fault["input"], bool):
        return f"{fault['msg']}; YAML reads on, off, yes and no as true or false, so quote the word"
    return _WORDS.get(fault["type"]) or fault["msg"].removeprefix("Value error, ")


def _text(path: list[str | int]) -> str:
    text = ""
    for part in path:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else str(part)
    return text


def _suggestion(name: str, owners: list[type[BaseModel]]) -> str:
    known = sorted({field for owner in owners for field in owner.model_fields})
    near = get_close_matches(name, known, n=1)
    hint = f"; did you mean '{near[0]}'?" if near else ""
    return f"{hint}; known fields: {', '.join(known)}" if known else hint


def _follow(
    location: tuple[str | int, ...], models: tuple[type[BaseModel], ...]
) -> tuple[list[str | int], list[type[BaseModel]]]:
    """Return the parts of ``location`` that the author wrote, and the models they lead to.

    pydantic also puts tags of unions and names of its own validators into a location.
    """
    kinds: list[Any] = list(models)
    path: list[str | int] = []
    for part in location:
        if tagged := [kind for kind in kinds if _is_model(kind) and _has_tag(kind, part)]:
            kinds = tagged
        elif below := [found for kind in kinds for found in _step(kind, part)]:
            kinds = below
            path.append(part)
    return path, [kind for kind in kinds if _is_model(kind)]


def _step(kind: Any, part: str | int) -> list[Any]:
    """Return what lies at ``part`` of one kind of value, or nothing where it has no such part."""
    if _is_model(kind):
        field = kind.model_fields.get(str(part))
        return _members(field.annotation) if field else []
    if get_origin(kind) is dict and part != "[key]":
        return _members(get_args(kind)[1])
    if get_origin(kind) in (list, tuple) and isinstance(part, int):
        return _members(get_args(kind)[0])
    return []


def _members(annotation: Any) -> list[Any]:
    if get_origin(annotation) is Annotated:
        return _members(get_args(annotation)[0])
    if get_origin(annotation) in (Union, UnionType):
        return [found for part in get_args(annotation) for found in _members(part)]
    return [] if annotation is NoneType else [annotation]


def _has_tag(model: type[BaseModel], part: str | int) -> bool:
    annotations = [field.annotation for field in model.model_fields.values()]
    return any(part in get_args(kind) for kind in annotations if get_origin(kind) is Literal)


def _is_model(kind: Any) -> TypeGuard[type[BaseModel]]:
    return isinstance(kind, type) and issubclass(kind, BaseModel)
