"""Well-known models: what their ``config.json`` says about memory, and where it was read."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ._data import load


@dataclass(frozen=True, kw_only=True)
class Model:
    """One model on the hub."""

    repository: str
    """``organisation/name``."""
    config: Mapping[str, object]
    """The fields of its ``config.json`` that decide on memory, as they stand there."""
    source: str
    """Where they were read, and what was added."""


def _read(records: list[dict[str, Any]]) -> dict[str, Model]:
    return {record["repository"]: Model(**record) for record in records}


MODELS: dict[str, Model] = _read(load("models"))
"""Every model of the catalogue by repository."""

CONFIG_DEFAULTS: dict[str, dict[str, object]] = load("config_defaults")["defaults"]
"""By ``model_type``: what the configuration class says where a ``config.json`` says nothing."""
