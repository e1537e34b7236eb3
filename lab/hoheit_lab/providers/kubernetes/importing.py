"""Inputs for an object that no program described yet: what somebody set, and nothing else."""

import json
from typing import Any

from hoheit_lab.providers.marks import is_list, is_object

from .defaults import without_defaults
from .managed_fields import element_fields
from .manifest import clean_inputs
from .schema import Schema

# Controllers of the control plane and of its nodes; what they write nobody asked for.
_CONTROL_PLANE = ("kube-", "kubelet", "kwok", "cloud-controller-manager", "horizontal-pod")
_BOOKKEEPING = (
    "deployment.kubernetes.io/revision",
    "deprecated.daemonset.template.generation",
    "kubectl.kubernetes.io/last-applied-configuration",
    "pv.kubernetes.io/bind-completed",
    "pv.kubernetes.io/bound-by-controller",
    "volume.kubernetes.io/storage-provisioner",
)


def derive_inputs(live: dict[str, Any], schema: Schema | None) -> dict[str, Any]:
    """The smallest inputs that describe a live object.

    The server's books tell which fields somebody wrote; of those, defaults that it filled in
    while they were written are recognized by their values.
    """
    books = _books(live)
    wanted = _restrict(live, books) if books else dict(live)
    metadata = live["metadata"]
    wanted_metadata = dict(wanted.get("metadata") or {})
    for key in ("name", "namespace"):
        if key in metadata:
            wanted_metadata[key] = metadata[key]
    _tidy(wanted_metadata)
    inputs = without_defaults({**wanted, "metadata": wanted_metadata}, schema)
    inputs.pop("status", None)
    inputs |= {"apiVersion": live["apiVersion"], "kind": live["kind"]}
    return clean_inputs(inputs)


def _tidy(metadata: dict[str, Any]) -> None:
    annotations: dict[str, Any] = metadata.get("annotations") or {}
    kept = {key: value for key, value in annotations.items() if key not in _BOOKKEEPING}
    metadata.pop("annotations", None)
    if kept:
        metadata["annotations"] = kept
    labels = metadata.get("labels")
    name_label = "kubernetes.io/metadata.name"
    if is_object(labels) and name_label in labels:
        metadata["labels"] = {k: v for k, v in labels.items() if k != name_label}
    for key in ("labels", "ownerReferences", "finalizers"):
        if not metadata.get(key):
            metadata.pop(key, None)


def _books(live: dict[str, Any]) -> list[dict[str, Any]]:
    """What people and programs wrote, not the control plane."""
    return [
        entry.get("fieldsV1") or {}
        for entry in live["metadata"].get("managedFields") or []
        if not entry.get("subresource") and not entry["manager"].startswith(_CONTROL_PLANE)
    ]


def _restrict(value: Any, books: list[dict[str, Any]]) -> Any:
    """The part of a value that the books name; a book without detail means the whole."""
    if any(not _detail(book) for book in books):
        return value
    if is_object(value):
        kept: dict[str, Any] = {}
        for key, item in value.items():
            inner = [book[f"f:{key}"] for book in books if f"f:{key}" in book]
            if inner:
                kept[key] = _restrict(item, inner)
        return kept
    if is_list(value):
        return [_restrict(item, inner) for item in value if (inner := _element_books(item, books))]
    return value


def _detail(book: dict[str, Any]) -> bool:
    return any(key != "." for key in book)


def _element_books(item: Any, books: list[dict[str, Any]]) -> list[dict[str, Any]]:
    if is_object(item):
        found = [element_fields(book, item) for book in books]
        return [fields for fields in found if fields is not None]
    spelt = f"v:{json.dumps(item)}"
    return [{} for book in books if spelt in book]
