"""Every switch that stops software we run from reporting to somebody."""

from collections.abc import Iterable
from dataclasses import dataclass

from ._data import load


@dataclass(frozen=True, kw_only=True)
class Switch:
    """One environment variable that turns one kind of reporting off."""

    software: str
    env: str
    value: str
    stops: str
    source: str


TELEMETRY: tuple[Switch, ...] = tuple(Switch(**record) for record in load("telemetry"))
"""The one table of telemetry, update-check and hub switches."""


def switches_off(software: Iterable[str]) -> dict[str, str]:
    """Return the environment that silences every named piece of software.

    Raises:
        KeyError: if the table has no entry for a name, so that a misspelt name is not silence.
    """
    names = set(software)
    known = {switch.software for switch in TELEMETRY}
    if names - known:
        raise KeyError(f"no telemetry switches known for {sorted(names - known)}")
    return {switch.env: switch.value for switch in TELEMETRY if switch.software in names}
