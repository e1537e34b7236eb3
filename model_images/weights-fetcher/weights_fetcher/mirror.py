"""Hub or directory to object store: every file verified on its way, the manifest last."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING

from huggingface_hub.utils import filter_repo_objects

from weights_fetcher import __version__
from weights_fetcher.errors import FetchError
from weights_fetcher.manifest import (
    MANIFEST,
    File,
    Manifest,
    check_digest,
    digest_of,
    is_inside,
    parse_manifest,
)
from weights_fetcher.source import FIXED
from weights_fetcher.unit import Trust, refuse_executable, refuse_incomplete

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from weights_fetcher.bucket import Bucket
    from weights_fetcher.source import Source, SourceFile

DEFAULT_ALLOW = ("*.safetensors", "*.json", "*.jinja", "*.txt", "*.model", "*.tiktoken")
"""Weights as safetensors, and what a tokenizer is made of; no Python code, no pickle."""
_READ_WHOLE = 16 * 1024**2
"""Files up to this size pass through memory. Hubs keep larger ones in large-file storage."""
_GIB = 1024**3
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Order:
    """What to mirror, and what the operator knows about it beforehand."""

    repository: str
    revision: str
    allow: tuple[str, ...]
    trust: Trust
    digests: Mapping[str, str]
    manifest_digest: str | None
    room_gib: int | None = None
    """Room that server pods have for the unit."""
    quota_gib: int | None = None
    """Room of the whole bucket, which no S3 server can be asked for."""


def mirror(order: Order, source: Source, bucket: Bucket) -> Manifest:
    """Bring one model into the bucket, or see that it is there already.

    Raises:
        FetchError: Whatever is wrong, as one sentence.
    """
    present = _present(bucket)
    # A whole commit is its own answer: seeing that all is there then takes no source at all.
    pinned = bool(FIXED.fullmatch(order.revision))
    if pinned and present and _is_complete(present, order, order.revision, bucket):
        return present
    commit, paths = source.resolve(order.revision)
    if present and _is_complete(present, order, commit, bucket):
        return present
    _refuse_other_model(present, order, commit, bucket)
    files = source.describe(commit, _selected(order, paths))
    _check_room(order, files, bucket)
    _log.info("%s %s: %d files", order.repository, commit, len(files))
    manifest = _plan_and_copy(order, commit, files, source, bucket)
    bucket.write(MANIFEST, manifest.render(), {"weights-fetcher": __version__})
    return manifest


def _present(bucket: Bucket) -> Manifest | None:
    rendered = bucket.read(MANIFEST)
    return None if rendered is None else parse_manifest(rendered, bucket.where(MANIFEST))


def _is_complete(present: Manifest, order: Order, commit: str, bucket: Bucket) -> bool:
    ordered = (order.repository, order.revision, commit, order.allow)
    if (present.repository, present.revision, present.commit, present.allow) != ordered:
        return False
    present.check_declared(order.digests, order.manifest_digest)
    _check_unit(order, [file.path for file in present.files])
    return all(_is_stored(file, bucket) for file in present.files)


def _is_stored(file: File, bucket: Bucket) -> bool:
    stored = bucket.head(file.path)
    return stored is not None and (stored.size, stored.metadata.get("sha256")) == (
        file.size,
        file.sha256,
    )


def _refuse_other_model(
    present: Manifest | None, order: Order, commit: str, bucket: Bucket
) -> None:
    """A model that is being served does not change under its name."""
    if present and (present.repository, present.commit) != (order.repository, commit):
        raise FetchError(
            f"{bucket.where(MANIFEST)} is of {present.repository} at {present.commit}, and "
            f"{order.repository} {order.revision} is {commit}: give it another prefix"
        )


def _selected(order: Order, paths: Sequence[str]) -> list[str]:
    allowed = filter_repo_objects(paths, allow_patterns=list(order.allow))
    selected = sorted(path for path in allowed if is_inside(path))
    if not selected:
        patterns = ", ".join(order.allow)
        raise FetchError(f"no file of {order.repository} {order.revision} matches {patterns}")
    if MANIFEST in selected:
        raise FetchError(f"{order.repository} has a file {MANIFEST} of its own: narrow --allow")
    _check_unit(order, selected)
    return selected


def _check_unit(order: Order, paths: Sequence[str]) -> None:
    refuse_executable(paths, order.trust)
    refuse_incomplete(f"{order.repository} {order.revision}", paths)


def _check_room(order: Order, files: Sequence[SourceFile], bucket: Bucket) -> None:
    """Compare sizes before the first byte is copied."""
    size = sum(file.size for file in files)
    if order.room_gib is not None and size > order.room_gib * _GIB:
        raise FetchError(
            f"the files of {order.repository} are {size / _GIB:.2f} GiB, and server pods have "
            f"room for {order.room_gib} GiB: correct size_gib, or narrow --allow"
        )
    if order.quota_gib is None:
        return
    missing = sum(file.size for file in files if _stored_size(file, bucket) != file.size)
    used = bucket.used() if missing else 0
    if used + missing > order.quota_gib * _GIB:
        raise FetchError(
            f"{missing / _GIB:.2f} GiB are still to be copied, and {used / _GIB:.2f} of the "
            f"{order.quota_gib} GiB of {bucket.name} are taken: give the bucket more room, and "
            "say so in quota_gib, or delete what is no longer served"
        )


def _stored_size(file: SourceFile, bucket: Bucket) -> int | None:
    stored = bucket.head(file.path)
    return stored.size if stored else None


def _plan_and_copy(
    order: Order, commit: str, files: Sequence[SourceFile], source: Source, bucket: Bucket
) -> Manifest:
    """Copy small files first: then the whole manifest is known, and checked, before the large."""
    small = [file for file in files if file.size <= _READ_WHOLE]
    large = [file for file in files if file.size > _READ_WHOLE]
    digests = {file.path: _declared(order, file) for file in large}
    digests |= {file.path: _copy_small(file, order, source, bucket) for file in small}
    manifest = Manifest(
        repository=order.repository,
        revision=order.revision,
        commit=commit,
        allow=order.allow,
        files=tuple(File(file.path, file.size, digests[file.path]) for file in files),
    )
    manifest.check_declared(order.digests, order.manifest_digest)
    for file in large:
        _copy_large(file, digests[file.path], source, bucket)
    return manifest


def _declared(order: Order, file: SourceFile) -> str:
    """Return the sha256 that a large file has to have, which somebody must know beforehand."""
    declared = order.digests.get(file.path, "").removeprefix("sha256:")
    if file.sha256 is None and not declared:
        raise FetchError(f"the hub knows no sha256 of {file.path}: declare it with --digest")
    return file.sha256 or declared


def _copy_small(file: SourceFile, order: Order, source: Source, bucket: Bucket) -> str:
    stored = bucket.head(file.path)
    known = stored.metadata if stored and stored.size == file.size else {}
    if known.get("hub-etag") == file.etag and "sha256" in known:
        return known["sha256"]
    content = source.content(file)
    digest = digest_of(content)
    check_digest(file.path, order.digests.get(file.path, digest), digest)
    sha256 = digest.removeprefix("sha256:")
    bucket.write(file.path, content, {"sha256": sha256, "hub-etag": file.etag})
    _log.info("%s: %d bytes", file.path, file.size)
    return sha256


def _copy_large(file: SourceFile, sha256: str, source: Source, bucket: Bucket) -> None:
    if _is_stored(File(file.path, file.size, sha256), bucket):
        _log.info("%s: already there", file.path)
        return
    _log.info("%s: %.2f GiB ...", file.path, file.size / 1024**3)
    metadata = {"sha256": sha256, "hub-etag": file.etag}
    bucket.upload(file.path, source.stream(file, sha256), metadata)
