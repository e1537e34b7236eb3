"""Golden files: what is rendered, kept in the repository so that a change shows in review."""

import os
from pathlib import Path

GOLDEN = Path(__file__).parents[1] / "golden"


def golden(name: str, text: str) -> None:
    """Compares `text` with a golden file; with UPDATE_GOLDEN=1 it writes the file instead."""
    file = GOLDEN / name
    if os.environ.get("UPDATE_GOLDEN"):
        file.write_text(text, encoding="utf-8")
    written = file.read_text("utf-8")
    assert text == written, f"{file.name} differs; if that is meant: UPDATE_GOLDEN=1 pytest"
