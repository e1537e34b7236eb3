"""`ignoreChanges` on an update by server-side apply.

The engine replaces an ignored value by the one in the state. Applying that would set back what
somebody else has decided since, such as an autoscaler, so the live value counts.
"""

import copy
from typing import Any

from hoheit_lab.providers.marks import is_list, is_object
from hoheit_lab.providers.paths import Path, lookup, parse_path

from .managed_fields import owned_by_others


def leave_ignored(
    manifest: dict[str, Any], live: dict[str, Any], manager: str, ignored: list[str]
) -> dict[str, Any]:
    """The manifest with ignored fields left to their owners, or at their live values."""
    manifest = copy.deepcopy(manifest)
    for text in ignored:
        path = parse_path(text)
        if not path or "*" in path or not lookup(manifest, path)[0]:
            continue
        present, value = lookup(live, path)
        if owned_by_others(live, manager, path):
            _remove(manifest, path)
        elif present:
            _set(manifest, path, value)
    return manifest


def _remove(obj: Any, path: Path) -> None:
    _, parent = lookup(obj, path[:-1])
    if is_object(parent):
        parent.pop(str(path[-1]), None)


def _set(obj: Any, path: Path, value: Any) -> None:
    _, parent = lookup(obj, path[:-1])
    if is_object(parent) or is_list(parent):
        parent[path[-1]] = value  # pyright: ignore[reportArgumentType, reportCallIssue] - looked up
