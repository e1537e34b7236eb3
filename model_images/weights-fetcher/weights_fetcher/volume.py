"""A volume that models are copied to: room first, every file verified and renamed into place."""

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
from weights_fetcher.manifest import check_digest

if TYPE_CHECKING:
    from collections.abc import Generator, Sequence
    from pathlib import Path

    from weights_fetcher.bucket import Bucket
    from weights_fetcher.manifest import File

_LOCK = ".weights-lock"
_UNFINISHED = ".weights-unfinished"
_GIB = 1024**3
_NO_LOCKS = (errno.ENOLCK, errno.ENOTSUP, errno.ENOSYS)
_log = logging.getLogger(__name__)


def copy_missing(bucket: Bucket, destination: Path, files: Sequence[File]) -> None:
    """Copy what is not there yet, each file under its name only once it was verified.

    Raises:
        FetchError: There is no room, or an object is not what it should be.
    """
    missing = [file for file in files if not is_verified(destination, file)]
    _check_room(destination, sum(file.size for file in missing))
    _log.info("%d of %d files to copy", len(missing), len(files))
    for file in missing:
        _copy(bucket, destination, file)
    forget_unfinished(destination)


def is_verified(destination: Path, file: File) -> bool:
    """Tell whether a file is there and is the right one: read, not believed."""
    path = destination / file.path
    return size_of(path) == file.size and sha256_of(path) == file.sha256


def size_of(path: Path) -> int | None:
    """Return the size of a file, or None where there is none."""
    return path.stat().st_size if path.is_file() else None


def sha256_of(path: Path) -> str:
    """Return the sha256 of a file, in hexadecimal digits."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def forget_unfinished(destination: Path) -> None:
    """Free the room that a killed run still takes."""
    shutil.rmtree(destination / _UNFINISHED, ignore_errors=True)


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
        got = f"sha256:{sha256_of(unfinished)}"
        check_digest(bucket.where(file.path), f"sha256:{file.sha256}", got)
    except FetchError:
        unfinished.unlink()
        raise
    unfinished.replace(target)
    _log.info("%s: verified", file.path)


@contextlib.contextmanager
def alone_on(destination: Path) -> Generator[None]:
    """Hold the volume: where pods share one, the others wait and find the work done.

    The lock is the kernel's, so it ends with the process that holds it, and a node that dies loses
    it by its lease: nothing has to be cleaned up after either.
    """
    destination.mkdir(parents=True, exist_ok=True)
    with (destination / _LOCK).open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            _log.info("another pull is at work on %s: waiting for it", destination)
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@contextlib.contextmanager
def explained(destination: Path) -> Generator[None]:
    """Say in one sentence what is wrong with a volume."""
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise FetchError(f"{destination} is full: give the volume more room") from error
        if error.errno in _NO_LOCKS:
            raise FetchError(
                f"{destination} has no file locks ({error.strerror}), without which pods cannot "
                "take turns: mount it with locks, or take volumes that belong to one pod"
            ) from error
        reason = f"cannot write to {destination} ({error.strerror})"
        raise FetchError(f"{reason}: check the volume and its fsGroup") from error
