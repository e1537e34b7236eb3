"""The bake file, read as buildx reads it: what is built here is what it says."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
_VARIABLE = re.compile(r"\$\{(\w+)\}")


@dataclass(frozen=True)
class Target:
    """One image of the bake file, with its variables put in."""

    context: Path
    file: str
    args: dict[str, str]
    tag: str
    """Registry, repository and tag."""


def target(name: str, **variables: str) -> Target:
    """Read one target."""
    document: dict[str, Any] = json.loads((ROOT / "model_images/docker-bake.json").read_text())
    values = {key: value["default"] for key, value in document["variable"].items()} | variables

    def filled(text: str) -> str:
        return _VARIABLE.sub(lambda found: values[found[1]], text)

    stated = document["target"][name]
    (tag,) = stated["tags"]
    return Target(
        context=ROOT / stated["context"],
        file=stated["dockerfile"],
        args={key: filled(value) for key, value in stated["args"].items()},
        tag=filled(tag),
    )
