"""Stores of data that resources show: claims, disks of nodes, and stores in a cloud."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from hoheit_facts import DATA_STORES

from .kubernetes import claims_of, objects_of, pods_of
from .values import Gap, at, list_at, text_at

if TYPE_CHECKING:
    from .resource import Resource

_NO_STORE = ("/sys", "/proc", "/dev")
"""Paths of a node behind which there is its kernel, and no disk."""


@dataclass(frozen=True, kw_only=True)
class ShownStore:
    """One store, of the kind that decides how a register names it."""

    kind: str
    """``claim``, ``ephemeral``, ``node`` or ``cloud``."""
    path: str
    key: str | Gap
    """Storage class, path on the node, or name in the cloud."""


def shown_stores(resource: Resource) -> Iterator[ShownStore]:
    """Return every store of data that a resource makes."""
    for path, claim in claims_of(resource):
        kind = "ephemeral" if ".ephemeral." in path else "claim"
        yield ShownStore(kind=kind, path=path, key=text_at(claim, "storageClassName"))
    for found in objects_of(resource):
        if found.kind == "PersistentVolume":
            yield ShownStore(
                kind="node", path=found.where("spec"), key=text_at(found.body, "metadata", "name")
            )
    yield from _of_nodes(resource)
    if resource.type in DATA_STORES:
        yield ShownStore(kind="cloud", path="", key=_name(resource))


def _of_nodes(resource: Resource) -> Iterator[ShownStore]:
    for found, path, spec in pods_of(resource):
        volumes = list_at(spec, "volumes")
        for index, volume in enumerate(volumes if isinstance(volumes, list) else []):
            where = text_at(volume, "hostPath", "path")
            place = found.where(*path, "volumes", index)
            kernel = isinstance(where, str) and _is_kernel(where)
            if where is not Gap.MISSING and not kernel:
                yield ShownStore(kind="node", path=place, key=where)
        if isinstance(volumes, Gap) and volumes is not Gap.MISSING:
            yield ShownStore(kind="node", path=found.where(*path, "volumes"), key=volumes)


def _is_kernel(path: str) -> bool:
    return any(path == root or path.startswith(f"{root}/") for root in _NO_STORE)


def _name(resource: Resource) -> str | Gap:
    """Return what the cloud calls a store: the name that it was given, or got."""
    for field in ("bucket", "name", "identifier"):
        name = resource.look(field)
        if isinstance(name, str):
            return name
    given = at(resource.outputs, "id")
    return given if isinstance(given, str) else resource.id
