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


@dataclass(frozen=True, kw_only=True)
class Argument:
    """One flag that turns one kind of reporting off; a configuration file may do so as well."""

    software: str
    flag: str
    value: str
    stops: str
    source: str


TELEMETRY: tuple[Switch, ...] = tuple(Switch(**record) for record in load("telemetry"))
"""The one table of telemetry, update-check and hub switches."""

TELEMETRY_ARGUMENTS: tuple[Argument, ...] = tuple(
    Argument(**record) for record in load("telemetry_arguments")
)
"""Flags of software that no environment variable silences."""


def arguments_off(software: Iterable[str]) -> dict[str, str]:
    """Return the flags with their values that silence every named piece of software."""
    names = set(software)
    return {one.flag: one.value for one in TELEMETRY_ARGUMENTS if one.software in names}


def switches_off(software: Iterable[str]) -> dict[str, str]:
    """Return the environment that silences every named piece of software.

    Raises:
        KeyError: if the table has no entry for a name, so that a misspelt name is not silence.
    """
    names = set(software)
    known = {one.software for one in (*TELEMETRY, *TELEMETRY_ARGUMENTS)}
    if names - known:
        raise KeyError(f"no telemetry switches known for {sorted(names - known)}")
    return {switch.env: switch.value for switch in TELEMETRY if switch.software in names}
