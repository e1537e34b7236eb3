"""Resources as exports and previews list them, and what keeps a list from being read."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any, cast

from hoheit_policy.resource import Provider, Resource, read_urn
from hoheit_policy.values import Gap, list_at, map_at, text_at

from .wire import read_wire

_PROVIDERS = "pulumi:providers:"
_CLOUDS = ("aws", "hcloud")


class StateError(ValueError):
    """A document that is no export and no preview, or was changed by hand: what, and where."""


def checked(listed: Any, where: str) -> list[dict[str, Any]]:
    """Return the entries of a list, of which each can be told from the others.

    Raises:
        StateError: if it is no list, or holds what is no resource.
    """
    if not isinstance(listed, list):
        raise StateError(f"{where} is no list; write a state with `pulumi stack export`")
    entries = cast("list[Any]", listed)
    for index, entry in enumerate(entries):
        if fault := _fault(entry):
            raise StateError(
                f"{where}[{index}] {fault}; write a state with `pulumi stack export`, and do not "
                "edit it"
            )
    return cast("list[dict[str, Any]]", entries)


def _fault(entry: Any) -> str:
    if not isinstance(entry, dict):
        return "is no object"
    fields = cast("dict[str, Any]", entry)
    for name in ("urn", "type"):
        if not isinstance(fields.get(name), str) or not fields[name]:
            return f"has no {name}"
    for name in ("inputs", "outputs"):
        if not isinstance(fields.get(name) or {}, dict):
            return f"has {name} that are no object"
    named = read_urn(fields["urn"])[0]
    if named != fields["type"]:
        return f"is of type {fields['type']}, but its URN says {named or 'none'}"
    return ""


class Listed:
    """Entries, among which resources find their providers."""

    def __init__(self, entries: Iterable[dict[str, Any]]) -> None:
        self._providers: dict[str, list[dict[str, Any]]] = defaultdict(list)
        for entry in entries:
            if entry["type"].startswith(_PROVIDERS):
                self._providers[entry["urn"]].append(entry)

    def resource(self, entry: dict[str, Any]) -> Resource:
        """Return the resource of an entry."""
        return Resource(
            urn=entry["urn"],
            type=entry["type"],
            name=read_urn(entry["urn"])[1],
            inputs=read_wire(entry.get("inputs") or {}),
            outputs=read_wire(entry.get("outputs") or {}),
            provider=self._provider(entry),
            custom=_is_custom(entry),
            external=bool(entry.get("external")),
            id=text_at({"id": read_wire(entry.get("id"))}, "id"),
            depends=_depends(entry.get("propertyDependencies")),
        )

    def _provider(self, entry: dict[str, Any]) -> Provider | None:
        """Return the provider that a reference ``urn::id`` leads to.

        One that is not listed, or is of another package, may do anything: its settings are a gap.
        """
        reference: Any = entry.get("provider")
        package = entry["type"].split(":", 1)[0]
        if not reference:
            return _nobody(package) if package in _CLOUDS and _is_custom(entry) else None
        if not isinstance(reference, str):
            return Provider(type="", name="", inputs=Gap.WRONG)
        urn, _, identity = reference.rpartition("::")
        token, name = read_urn(urn)
        found = [one for one in self._providers[urn] if _may_be(one.get("id"), identity)]
        if len(found) != 1 or token != f"{_PROVIDERS}{package}":
            return Provider(type=token, name=name, inputs=Gap.UNSEEN)
        return Provider(type=token, name=name, inputs=read_wire(found[0].get("inputs") or {}))


def _nobody(package: str) -> Provider:
    """Return the provider of an entry that names none, which the engine does not write."""
    return Provider(type=f"{_PROVIDERS}{package}", name="", inputs=Gap.UNSEEN)


def _may_be(held: Any, wanted: str) -> bool:
    """Tell whether an id is the wanted one, or one of the two is not known yet."""
    return held in (None, "", wanted) or Gap.UNKNOWN in (read_wire(held), read_wire(wanted))


def _is_custom(entry: dict[str, Any]) -> bool:
    """Tell whether a provider stands behind an entry.

    A component has neither id nor provider and is never read, so who calls one with either a
    component is not believed.
    """
    signs = ("id", "provider", "external")
    return entry.get("custom", True) is not False or any(entry.get(name) for name in signs)


def _depends(given: Any) -> dict[str, tuple[str, ...]]:
    read = map_at(given)
    listed = {} if isinstance(read, Gap) else {name: list_at(read, name) for name in read}
    return {
        name: tuple(urn for urn in urns if isinstance(urn, str))
        for name, urns in listed.items()
        if not isinstance(urns, Gap)
    }
