"""What the drills measured, for the table in docs/reliability.md."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


@dataclass
class Report:
    """Figures of one run of the drills, on disk as soon as they are known."""

    file: Path
    figures: dict[str, dict[str, float | int | str]] = field(default_factory=dict)

    def record(self, drill: str, **figures: float | int | str) -> None:
        """Keeps what a drill found; seconds to a tenth."""
        rounded = {
            name: round(value, 1) if isinstance(value, float) else value
            for name, value in figures.items()
        }
        self.figures.setdefault(drill, {}).update(rounded)
        self.file.write_text(json.dumps(self.figures, indent=2) + "\n")
