"""Turns a validation error into sentences that name the path, the problem and the way out."""

from collections.abc import Iterator
from difflib import get_close_matches
from types import UnionType
from typing import Annotated, Any, TypeGuard, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError


def explain(error: ValidationError, *models: type[BaseModel]) -> str:
    """Return one line for each fault: ``path: problem; what is allowed``.

    Args:
        error: what pydantic found.
        models: the model that was validated, or the members of the union.
    """
    return "\n".join(f"  {_line(fault, models)}" for fault in error.errors(include_url=False))


def _line(fault: Any, models: tuple[type[BaseModel], ...]) -> str:
    location: tuple[str | int, ...] = fault["loc"]
    path = _path(location) or "(the whole)"
    if fault["type"] == "extra_forbidden":
        return f"{path}: unknown field{_suggestion(str(location[-1]), location[:-1], models)}"
    if fault["type"] == "missing":
        return f"{path}: required, but not given"
    return f"{path}: {fault['msg'].removeprefix('Value error, ')}"


def _path(location: tuple[str | int, ...]) -> str:
    text = ""
    for part in location:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else str(part)
    return text


def _suggestion(
    name: str, parents: tuple[str | int, ...], models: tuple[type[BaseModel], ...]
) -> str:
    owners = [owner for model in models for owner in _models_at(model, parents)]
    known = sorted({field for owner in owners for field in owner.model_fields})
    near = get_close_matches(name, known, n=1)
    hint = f"; did you mean '{near[0]}'?" if near else ""
    return f"{hint}; known fields: {', '.join(known)}" if known else hint


def _models_at(model: type[BaseModel], parents: tuple[str | int, ...]) -> Iterator[type[BaseModel]]:
    """Yield the models that ``parents`` may lead to, whatever mappings and unions lie between."""
    owners: list[type[BaseModel]] = [model]
    for part in parents:
        fields = [owner.model_fields[part] for owner in owners if part in owner.model_fields]
        if fields:
            owners = [found for field in fields for found in _models_in(field.annotation)]
    yield from owners


def _models_in(annotation: Any) -> Iterator[type[BaseModel]]:
    if _is_model(annotation):
        yield annotation
    elif get_origin(annotation) in (Union, UnionType, Annotated, list, dict, tuple):
        for part in get_args(annotation):
            yield from _models_in(part)


def _is_model(annotation: Any) -> TypeGuard[type[BaseModel]]:
    return isinstance(annotation, type) and issubclass(annotation, BaseModel)
