"""Variables that make a library call a host of its maker, where nothing says another."""

from dataclasses import dataclass
from typing import Any

from ._data import load


@dataclass(frozen=True, kw_only=True)
class DefaultClient:
    """A library that calls a public service as soon as it has a key, or is turned on."""

    rule: str
    """Id of the rule that asks."""
    variables: tuple[str, ...]
    """Any of them is enough."""
    off: tuple[str, ...]
    """Values of the variables that turn it off."""
    endpoints: tuple[str, ...]
    """Variables that name another host; none where the library knows no such variable."""
    host: str
    """Whom it calls otherwise."""
    source: str


_LISTS = ("variables", "off", "endpoints")


def _read(record: dict[str, Any]) -> DefaultClient:
    lists = {name: tuple(record.pop(name)) for name in _LISTS}
    return DefaultClient(**lists, **record)


DEFAULT_CLIENTS: tuple[DefaultClient, ...] = tuple(
    _read(record) for record in load("services")["clients"]
)
"""Every library whose default is a public service."""
