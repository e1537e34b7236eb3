"""Diff and preview: what an update would do, without doing it."""

import dataclasses
from typing import Any

from hoheit_lab.providers.errors import ProviderError
from hoheit_lab.providers.marks import has_unknown, reveal
from hoheit_lab.providers.paths import Path, covers, format_path, parse_path
from hoheit_lab.providers.requests import Change, DiffRequest, DiffResult, UpdateRequest

from . import preview
from .apply import Write, create_dry, update
from .cluster import Cluster
from .diffing import differences
from .ignoring import leave_ignored
from .immutable import with_replacements
from .kinds import describe, is_patch, kind_of
from .manifest import (
    clean_inputs,
    from_live,
    in_sdk_words,
    in_server_words,
    mark_secrets,
    strip_outputs,
)
from .naming import is_autonamed, metadata_of
from .secret_data import SECRET, merge_string_data, path_in_program
from .settings import Settings
from .validation import violations


def diff(request: DiffRequest, cluster: Cluster, settings: Settings) -> DiffResult:
    """What changed, and what of it needs a new object."""
    old = reveal(clean_inputs(request.old_inputs))
    new = reveal(clean_inputs(request.news))
    live = strip_outputs(request.old_outputs)
    kind = kind_of(new)
    found = _compare(old, new, live, cluster)
    ignored = [parse_path(text) for text in request.ignore_changes]
    found = {
        path: change
        for path, change in found.items()
        if not any(covers(pattern, path) for pattern in ignored)
    }
    patch = is_patch(request.type, kind.name)
    changes = with_replacements(found, old, new, settings, patch=patch)
    ordered = {format_path(path): changes[path] for path in sorted(changes, key=str)}
    return DiffResult(ordered, delete_before_replace=_in_place(changes.values(), live, new))


def _compare(
    old: dict[str, Any], new: dict[str, Any], live: dict[str, Any], cluster: Cluster
) -> dict[Path, Change]:
    if kind_of(new) == SECRET:
        found = differences(merge_string_data(old), merge_string_data(new), live)
        return {path_in_program(path, new): change for path, change in found.items()}
    found = differences(old, new, live)
    if found:
        # Only now: most resources do not differ, and then no schema need be fetched.
        found = differences(old, new, live, cluster.schemas.find(kind_of(new)))
    return found


def _in_place(changes: Any, live: dict[str, Any], new: dict[str, Any]) -> bool:
    """Whether the old object has to go first: the new one will have its very name."""
    if not any(change.replaces for change in changes) or is_autonamed(new):
        return False
    before, after = live.get("metadata") or {}, metadata_of(new) or {}
    same_place = before.get("namespace") == after.get("namespace", before.get("namespace"))
    return same_place and before.get("name") == after.get("name")


def preview_create(
    inputs: dict[str, Any], write: Write, cluster: Cluster, *, patch: bool
) -> dict[str, Any]:
    """What the object would be, as the API server says; else what the schema says of the inputs."""
    dry = None
    if not has_unknown(inputs) and not patch and cluster.discovery.find(kind_of(write.manifest)):
        try:
            dry = create_dry(dataclasses.replace(write, dry_run=True), cluster)
        except ProviderError:
            # The server stops at the first faults; the schema often names them all.
            _validate(inputs, cluster)
            raise
    if dry is None:
        return _from_schema(inputs, cluster, patch=patch)
    return mark_secrets(preview.of_new(from_live(dry), reveal(inputs)), inputs)


def preview_update(
    request: UpdateRequest, write: Write, cluster: Cluster, *, patch: bool
) -> dict[str, Any]:
    """What the object would become."""
    inputs = request.news
    if has_unknown(inputs):
        return _from_schema(inputs, cluster, patch=patch)
    live = cluster.read(strip_outputs(request.old_outputs))
    if live is None:
        return _from_schema(inputs, cluster, patch=patch)
    write = leaving_ignored(dataclasses.replace(write, dry_run=True), live, request.ignore_changes)
    dry = update(write, live, cluster, patch=patch)
    return mark_secrets(preview.of_changed(from_live(dry)), inputs)


def live_for_update(request: UpdateRequest, cluster: Cluster) -> dict[str, Any]:
    """The live object, which must be there."""
    old = strip_outputs(request.old_outputs)
    live = cluster.read(old)
    if live is None:
        raise ProviderError(
            f"updating {describe(old)} failed: it is no longer there;"
            " `pulumi refresh` notices, and the next `pulumi up` creates it again"
        )
    return live


def leaving_ignored(write: Write, live: dict[str, Any], ignored: list[str]) -> Write:
    """The write, without what `ignoreChanges` leaves to others."""
    if not ignored:
        return write
    manifest = leave_ignored(write.manifest, live, write.manager, ignored)
    return dataclasses.replace(write, manifest=manifest)


def _from_schema(inputs: dict[str, Any], cluster: Cluster, *, patch: bool) -> dict[str, Any]:
    if not patch:
        _validate(inputs, cluster)
    plain = in_server_words(reveal(inputs))
    outputs = preview.of_inputs(plain, cluster.schemas.find(kind_of(plain)))
    return mark_secrets(in_sdk_words(outputs), inputs)


def _validate(inputs: dict[str, Any], cluster: Cluster) -> None:
    plain = in_server_words(reveal(inputs))
    schema = cluster.schemas.find(kind_of(plain))
    found = violations(plain, schema) if schema else []
    if found:
        listed = "".join(f"\n  {violation}" for violation in found)
        raise ProviderError(f"{describe(plain)} is not valid:{listed}")
