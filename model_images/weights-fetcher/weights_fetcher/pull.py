"""Object store to volume: the whole of a unit, and a marker once all of it was verified."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from weights_fetcher.errors import DifferentError, FetchError
from weights_fetcher.manifest import MANIFEST, check_digest, digest_of, parse_manifest
from weights_fetcher.unit import Trust, refuse_executable
from weights_fetcher.volume import alone_on, copy_missing, explained, forget_unfinished, size_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from weights_fetcher.bucket import Bucket
    from weights_fetcher.manifest import Manifest

MARKER = ".weights-manifest.json"
"""The manifest of what lies beside it: there only once every file of it was verified."""
_GIB = 1024**3


@dataclass(frozen=True)
class Wanted:
    """What the operator knows of the unit beforehand, and accepts of it."""

    digests: Mapping[str, str]
    manifest_digest: str | None
    trust: Trust
    room_gib: int | None = None
    """Room that the volume was given: a pod that takes more of its node's disk is evicted, and
    the limit of an `emptyDir` cannot be seen from inside."""

    def check(self, manifest: Manifest) -> None:
        """Raise unless the manifest is of the wanted unit.

        Raises:
            FetchError: It has another digest, holds what runs code, or is too large.
        """
        manifest.check_declared(self.digests, self.manifest_digest)
        refuse_executable([file.path for file in manifest.files], self.trust)
        if self.room_gib is not None and manifest.size > self.room_gib * _GIB:
            raise FetchError(
                f"the files of {manifest.repository} are {manifest.size / _GIB:.2f} GiB, and the "
                f"volume was made for {self.room_gib} GiB: correct size_gib"
            )


def pull(bucket: Bucket, destination: Path, wanted: Wanted) -> Manifest:
    """Make the destination hold the model, and nothing of a previous one.

    Raises:
        FetchError: Whatever is wrong, as one sentence.
    """
    with explained(destination), alone_on(destination):
        marked = _marked(destination)
        if marked and wanted.manifest_digest == marked.digest and _has_all(destination, marked):
            wanted.check(marked)  # what was ordered: no store needed
            return marked
        manifest = _ordered(bucket, wanted.manifest_digest)
        wanted.check(manifest)
        if marked != manifest or not _has_all(destination, manifest):
            _forget(destination, marked, manifest)
            _copy(bucket, destination, manifest)
            _write_marker(destination, manifest)
        return manifest


def _marked(destination: Path) -> Manifest | None:
    marker = destination / MARKER
    if not marker.exists():
        return None
    with contextlib.suppress(FetchError):  # a marker nobody can read proves nothing
        return parse_manifest(marker.read_bytes(), str(marker))
    return None


def _has_all(destination: Path, manifest: Manifest) -> bool:
    return all(size_of(destination / file.path) == file.size for file in manifest.files)


def _ordered(bucket: Bucket, manifest_digest: str | None) -> Manifest:
    rendered = bucket.read(MANIFEST)
    where = bucket.where(MANIFEST)
    if rendered is None:
        raise FetchError(f"there is no {where}: the mirror Job has not run, or has not finished")
    if manifest_digest is not None:
        check_digest(where, manifest_digest, digest_of(rendered))
    return parse_manifest(rendered, where)


def _forget(destination: Path, marked: Manifest | None, manifest: Manifest) -> None:
    """Take back the promise of the marker, and the files that the new manifest does not have."""
    (destination / MARKER).unlink(missing_ok=True)
    forget_unfinished(destination)
    wanted = {file.path for file in manifest.files}
    for file in marked.files if marked else ():
        if file.path not in wanted:
            (destination / file.path).unlink(missing_ok=True)


def _copy(bucket: Bucket, destination: Path, manifest: Manifest) -> None:
    try:
        copy_missing(bucket, destination, manifest.files)
    except DifferentError as error:
        raise FetchError(f"{error}; delete the object and run the mirror Job again") from error


def _write_marker(destination: Path, manifest: Manifest) -> None:
    unfinished = destination / f"{MARKER}.unfinished"
    unfinished.write_bytes(manifest.render())
    unfinished.replace(destination / MARKER)
