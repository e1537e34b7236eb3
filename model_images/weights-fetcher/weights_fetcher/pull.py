"""Object store to volume: room first, then every file verified and renamed into place."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import hashlib
import logging
import os
import shutil
from typing import TYPE_CHECKING

from weights_fetcher.errors import FetchError
from weights_fetcher.manifest import MANIFEST, check_digest, digest_of, parse_manifest

if TYPE_CHECKING:
    from collections.abc import Generator, Mapping
    from pathlib import Path

    from weights_fetcher.bucket import Bucket
    from weights_fetcher.manifest import File, Manifest

MARKER = ".weights-manifest.json"
"""The manifest of what lies beside it: there only once every file of it was verified."""
_LOCK = ".weights-lock"
_UNFINISHED = ".weights-unfinished"
_GIB = 1024**3
_log = logging.getLogger(__name__)


def pull(
    bucket: Bucket, destination: Path, digests: Mapping[str, str], manifest_digest: str | None
) -> Manifest:
    """Make the destination hold the model, and nothing of a previous one.

    Raises:
        FetchError: Whatever is wrong, as one sentence.
    """
    with _explained(destination), _alone_on(destination):
        marked = _marked(destination)
        if marked and manifest_digest == marked.digest and _has_all(destination, marked):
            return _done(marked, digests, manifest_digest)  # what was ordered: no store needed
        manifest = _ordered(bucket, manifest_digest)
        manifest.check_declared(digests, manifest_digest)
        if marked != manifest or not _has_all(destination, manifest):
            _forget(destination, marked, manifest)
            _copy_missing(bucket, destination, manifest)
            _write_marker(destination, manifest)
        return _done(manifest, digests, manifest_digest)


def _done(manifest: Manifest, digests: Mapping[str, str], manifest_digest: str | None) -> Manifest:
    manifest.check_declared(digests, manifest_digest)
    return manifest


def _marked(destination: Path) -> Manifest | None:
    marker = destination / MARKER
    if not marker.exists():
        return None
    with contextlib.suppress(FetchError):  # a marker nobody can read proves nothing
        return parse_manifest(marker.read_bytes(), str(marker))
    return None


def _has_all(destination: Path, manifest: Manifest) -> bool:
    return all(_size(destination / file.path) == file.size for file in manifest.files)


def _size(path: Path) -> int | None:
    return path.stat().st_size if path.is_file() else None


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
    shutil.rmtree(destination / _UNFINISHED, ignore_errors=True)
    wanted = {file.path for file in manifest.files}
    for file in marked.files if marked else ():
        if file.path not in wanted:
            (destination / file.path).unlink(missing_ok=True)


def _copy_missing(bucket: Bucket, destination: Path, manifest: Manifest) -> None:
    missing = [file for file in manifest.files if not _is_verified(destination, file)]
    _check_room(destination, sum(file.size for file in missing))
    _log.info("%d of %d files to copy", len(missing), len(manifest.files))
    for file in missing:
        _copy(bucket, destination, file)
    shutil.rmtree(destination / _UNFINISHED, ignore_errors=True)


def _is_verified(destination: Path, file: File) -> bool:
    """Tell whether an interrupted run already brought this file: read, not believed."""
    path = destination / file.path
    return _size(path) == file.size and _sha256(path) == file.sha256


def _check_room(destination: Path, needed: int) -> None:
    free = shutil.disk_usage(destination).free
    if needed > free:
        raise FetchError(
            f"{destination} has room for {free / _GIB:.2f} GiB, and {needed / _GIB:.2f} GiB are "
            "still to be copied: give the volume more"
        )


def _copy(bucket: Bucket, destination: Path, file: File) -> None:
    target = destination / file.path
    target.parent.mkdir(parents=True, exist_ok=True)
    unfinished = destination / _UNFINISHED / target.name
    unfinished.parent.mkdir(exist_ok=True)
    with unfinished.open("wb") as stream:
        bucket.download(file.path, stream)
        stream.flush()
        os.fsync(stream.fileno())
    try:
        got = f"sha256:{_sha256(unfinished)}"
        check_digest(bucket.where(file.path), f"sha256:{file.sha256}", got)
    except FetchError as error:
        unfinished.unlink()
        raise FetchError(f"{error}; delete the object and run the mirror Job again") from error
    unfinished.replace(target)
    _log.info("%s: verified", file.path)


def _sha256(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _write_marker(destination: Path, manifest: Manifest) -> None:
    unfinished = destination / f"{MARKER}.unfinished"
    unfinished.write_bytes(manifest.render())
    unfinished.replace(destination / MARKER)


@contextlib.contextmanager
def _alone_on(destination: Path) -> Generator[None]:
    """Hold the volume: where pods share one, the second waits and finds the work done."""
    destination.mkdir(parents=True, exist_ok=True)
    with (destination / _LOCK).open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            _log.info("another pull is at work on %s: waiting for it", destination)
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@contextlib.contextmanager
def _explained(destination: Path) -> Generator[None]:
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise FetchError(f"{destination} is full: give the volume more room") from error
        reason = f"cannot write to {destination} ({error.strerror})"
        raise FetchError(f"{reason}: check the volume and its fsGroup") from error
