"""Controls of laws and catalogues that rules support, and what that does not prove."""

from dataclasses import dataclass
from typing import Any

from ._data import load


@dataclass(frozen=True, kw_only=True)
class InTwo:
    """A sentence in German and in English."""

    de: str
    en: str


@dataclass(frozen=True, kw_only=True)
class Control:
    """One control, by the name that rules give it."""

    name: str
    version: str
    """Which text of the law or catalogue is meant."""
    title: InTwo
    supports: InTwo
    """What the verdicts of rules contribute."""
    does_not_prove: InTwo
    """What it asks beside that."""
    source: str
    verified_on: str
    """Day on which somebody looked at the source."""


def _read() -> dict[str, Control]:
    document: dict[str, Any] = load("controls")
    frameworks: dict[str, dict[str, str]] = {
        one["framework"]: one for one in document["frameworks"]
    }
    return {
        entry["name"]: Control(
            name=entry["name"],
            **{key: InTwo(**entry[key]) for key in ("title", "supports", "does_not_prove")},
            version=frameworks[entry["framework"]]["version"],
            verified_on=frameworks[entry["framework"]]["verified_on"],
            source=document["sources"][entry["framework"]],
        )
        for entry in document["controls"]
    }


CONTROLS: dict[str, Control] = _read()
"""Every control by name."""
