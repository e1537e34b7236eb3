"""Who owns which field of an object, as the API server keeps book of it."""

import json
from typing import Any

from hoheit_lab.providers.marks import is_list, is_object
from hoheit_lab.providers.paths import Path

# A person at a command line. What they set, the program may set back; what a controller owns,
# such as the replicas that an autoscaler decides on, it may not.
_BY_HAND = ("kubectl", "before-first-apply")


def is_by_hand(manager: str) -> bool:
    """Whether the manager is a person's tool, and not a controller."""
    return manager.startswith(_BY_HAND)


def takeover(live: dict[str, Any], manager: str) -> list[dict[str, Any]] | None:
    """The JSON patch that makes fields set by hand ours; None if there are none.

    Without it, a field that the program drops would stay: server-side apply removes a field only
    when its last owner does.
    """
    entries: list[dict[str, Any]] = live["metadata"].get("managedFields") or []
    ours = next((entry for entry in entries if _is_ours(entry, manager)), None)
    version = live["apiVersion"]
    taken = [e for e in entries if is_by_hand(e["manager"]) and e.get("apiVersion") == version]
    if not taken:
        return None
    fields: dict[str, Any] = (ours or {}).get("fieldsV1") or {}
    for entry in taken:
        fields = _union(fields, entry.get("fieldsV1") or {})
    rest = [entry for entry in entries if entry not in taken and entry is not ours]
    mine = {
        "manager": manager,
        "operation": "Apply",
        "apiVersion": version,
        "fieldsType": "FieldsV1",
        "time": (ours or taken[0]).get("time"),
        "fieldsV1": _without_status(fields),
    }
    resource_version = live["metadata"]["resourceVersion"]
    return [
        {"op": "replace", "path": "/metadata/managedFields", "value": [*rest, mine]},
        {"op": "replace", "path": "/metadata/resourceVersion", "value": resource_version},
    ]


def owned_by_others(live: dict[str, Any], manager: str, path: Path) -> bool:
    """Whether somebody else owns the field at a path, and we do not."""
    owners = {
        _is_ours(entry, manager)
        for entry in live["metadata"].get("managedFields") or []
        if _owns(entry.get("fieldsV1") or {}, path, live)
    }
    return owners == {False}


def _is_ours(entry: dict[str, Any], manager: str) -> bool:
    return (
        entry.get("manager") == manager
        and entry.get("operation") == "Apply"
        and not entry.get("subresource")
    )


def _owns(fields: dict[str, Any], path: Path, live: Any) -> bool:
    """Follow a path; at a list the books stop here unless they are kept per element."""
    books: dict[str, Any] | None = fields
    for step in path:
        if books is None:
            return False
        if isinstance(step, str):
            books = books.get(f"f:{step}")
            live = live.get(step) if is_object(live) else None
        elif is_list(live) and step < len(live):
            live = live[step]
            books = element_fields(books, live) or books
        else:
            return False
    return books is not None


def element_fields(fields: dict[str, Any], element: Any) -> dict[str, Any] | None:
    """The books of one element of an associative list."""
    for key, inner in fields.items():
        if key.startswith("k:") and is_object(element):
            keys = _parse_key(key)
            if all(element.get(name) == value for name, value in keys.items()):
                return inner
    return None


def _parse_key(key: str) -> dict[str, Any]:

    return json.loads(key.removeprefix("k:"))


def _union(one: dict[str, Any], other: dict[str, Any]) -> dict[str, Any]:
    merged = dict(one)
    for key, inner in other.items():
        merged[key] = _union(merged.get(key) or {}, inner)
    return merged


def _without_status(fields: dict[str, Any]) -> dict[str, Any]:
    return {key: inner for key, inner in fields.items() if key != "f:status"}
