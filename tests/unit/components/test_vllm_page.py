"""The page of VllmService explains every field, with the default that the field has."""

import re
from enum import Enum
from pathlib import Path
from typing import Any

import pytest
from hoheit import (
    ApiKey,
    Autoscaling,
    EngineSettings,
    LoraAdapter,
    Objectives,
    RouterSettings,
    VllmServiceArgs,
)
from pydantic.fields import FieldInfo

PAGE = Path(__file__).parents[3] / "docs" / "components" / "vllm-service.md"
_MODELS = {
    "": VllmServiceArgs,
    "engine.": EngineSettings,
    "autoscaling.": Autoscaling,
    "router.": RouterSettings,
    "objectives.": Objectives,
    "api_keys[].": ApiKey,
    "adapters[].": LoraAdapter,
}
FIELDS: dict[str, FieldInfo] = {
    f"{prefix}{name}": field
    for prefix, model in _MODELS.items()
    for name, field in model.model_fields.items()
}
_WRITTEN = (bool, int, float, str, Enum)
"""Defaults that the page writes as a stack file does; others it has in words."""


def rows() -> dict[str, list[str]]:
    """The cells of every row of the tables of fields, by the field's path."""
    found: dict[str, list[str]] = {}
    for line in PAGE.read_text("utf-8").splitlines():
        if match := re.fullmatch(r"\| `([\w.\[\]]+)` \| (.*) \| (.*) \|(?: (.*))? \|", line):
            name, *cells = match.groups(default="")
            found.setdefault(name, cells)
    return found


def written(value: Any) -> str:
    """Return a value as a stack file has it."""
    if isinstance(value, bool):
        return str(value).lower()
    return str(value.value if isinstance(value, Enum) else value)


@pytest.mark.parametrize("path", FIELDS)
def test_every_field_stands_on_the_page_with_its_default(path: str) -> None:
    default, meaning, _ = rows()[path]
    field = FIELDS[path]
    assert meaning.strip()
    assert (default == "required") is field.is_required()
    if isinstance(field.default, _WRITTEN):
        assert default == f"`{written(field.default)}`"


def test_the_page_has_no_field_that_there_is_not() -> None:
    paths = {name for name in rows() if "." in name}
    assert paths <= FIELDS.keys()


@pytest.mark.parametrize(
    ("path", "edge"),
    [
        (path, edge)
        for path, field in FIELDS.items()
        for rule in field.metadata
        for edge in ("ge", "gt", "le", "lt")
        if getattr(rule, edge, None) is not None
    ],
)
def test_a_field_with_a_limit_says_what_is_refused(path: str, edge: str) -> None:
    assert rows()[path][-1].strip(), f"{path} has a limit ({edge})"
