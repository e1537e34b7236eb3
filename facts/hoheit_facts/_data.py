"""Reads the JSON files that lie beside this module."""

import json
from importlib import resources
from typing import Any


def load(name: str) -> Any:
    """Return the content of ``data/<name>.json``."""
    file = resources.files("hoheit_facts") / "data" / f"{name}.json"
    return json.loads(file.read_text("utf-8"))
