"""The register of a stack: what its components say that they keep, and whom they contact."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from .register_places import listed
from .values import Gap, text_at

if TYPE_CHECKING:
    from .resource import Resource
    from .view import View

FIELDS = ("stores", "egress")
COMPONENT = "hoheit:index:"
_OWNER = re.compile(r"(?P<before>[^:']+): |.* of '(?P<quoted>[^']+)'$")
"""Names begin with that of their component, or end with it in quotes."""
_AT = re.compile(r"bucket \S+ at (?P<host>[^\s,]+)")
"""What releases before 0.2.0 registered without a field for the host."""


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One entry of a register, as far as it can be read."""

    urn: str
    path: str
    name: str
    medium: str
    host: str | None
    """Host that keeps the data, where it is not a machine of the cluster."""

    @property
    def owner(self) -> str | None:
        """Name of the component that says this."""
        match = _OWNER.match(self.name)
        return (match["before"] or match["quoted"]) if match else None

    def has_class(self, name: str) -> bool:
        """Tell whether it lies on a volume of a storage class."""
        return bool(re.search(rf"storage class {re.escape(name)}(?![\w.-])", self.medium))

    def owns(self, resource: Resource) -> bool:
        """Tell whether a resource is made by the component that says this."""
        is_child = f"{COMPONENT}" in resource.urn and "$" in resource.urn
        return is_child and self.owner is not None and resource.name.startswith(f"{self.owner}-")


def has_register(view: View) -> bool:
    """Tell whether anything in the collection says what it keeps, or whom it contacts."""
    return any(True for field in FIELDS for _ in entries_of(view, field))


def entries_of(view: View, field: str) -> Iterator[tuple[str, str, Any]]:
    """Return URN, path and entry of everything registered; a gap stands for what is not read."""
    for resource in view.resources:
        for path, entry in listed(resource, field):
            yield resource.urn, path, entry


def stores_of(view: View) -> Iterator[Entry | tuple[str, str, Gap]]:
    """Return every registered store once; URN, path and gap of one that cannot be read."""
    seen: set[tuple[str, str]] = set()
    for urn, path, entry in entries_of(view, "stores"):
        name, medium = text_at(entry, "name"), text_at(entry, "medium")
        for gap in (name, medium):
            if isinstance(gap, Gap):
                yield urn, path, gap
                break
        else:
            if (key := (str(name), str(medium))) not in seen:
                seen.add(key)
                yield Entry(
                    urn=urn, path=path, name=key[0], medium=key[1], host=_host(entry, key[1])
                )


def _host(entry: Any, medium: str) -> str | None:
    host = text_at(entry, "host")
    if isinstance(host, str):
        return host.lower()
    named = _AT.match(medium)
    return named["host"].lower() if named else None
