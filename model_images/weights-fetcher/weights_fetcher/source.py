"""What a mirror run reads from: the files of one unit, described before the first byte is read."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from weights_fetcher.errors import FetchError
from weights_fetcher.manifest import check_digest

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

FIXED = re.compile(r"[0-9a-f]{40}|sha256:[0-9a-f]{64}")
"""A revision that cannot move: the commit of a repository, or the digest of an image."""
_SHA256 = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True)
class SourceFile:
    """One file, as its source describes it.

    The ETag is the sha256 where the source knows it: a directory always, a hub for files in
    large-file storage. For others a hub has git's object name.
    """

    path: str
    size: int
    etag: str
    url: str

    @property
    def sha256(self) -> str | None:
        """The sha256, where the source knows it."""
        return self.etag if _SHA256.fullmatch(self.etag) else None


class Source(Protocol):
    """A hub or a directory; every failure is a FetchError."""

    def resolve(self, revision: str) -> tuple[str, list[str]]:
        """Return what a revision stands for and cannot move, and the paths of all files."""
        ...

    def describe(self, commit: str, paths: Sequence[str]) -> list[SourceFile]:
        """Return what is known of some files."""
        ...

    def content(self, file: SourceFile) -> bytes:
        """Return the whole of a small file, checked."""
        ...

    def stream(self, file: SourceFile, sha256: str) -> VerifiedStream:
        """Return a large file as something to read from, which raises before a wrong end."""
        ...


class VerifiedStream:
    """Bytes on their way, hashed as they pass; the last ones are held back if the sum is wrong."""

    def __init__(self, file: SourceFile, sha256: str, chunks: Iterator[bytes]) -> None:
        self._file = file
        self._expected = sha256
        self._chunks = chunks
        self._hash = hashlib.sha256()
        self._count = 0
        self._buffer = bytearray()

    def read(self, size: int = -1, /) -> bytes:
        """Return up to `size` bytes, none at the end.

        Raises:
            FetchError: The file is not the expected one.
        """
        while size < 0 or len(self._buffer) < size:
            chunk = next(self._chunks, b"")
            if not chunk:
                break
            self._take(chunk)
        end = len(self._buffer) if size < 0 else size
        taken = bytes(self._buffer[:end])
        del self._buffer[:end]
        return taken

    def _take(self, chunk: bytes) -> None:
        self._hash.update(chunk)
        self._count += len(chunk)
        if self._count > self._file.size:
            raise FetchError(
                f"{self._file.path} is longer than the {self._file.size} bytes expected"
            )
        if self._count == self._file.size:
            expected, got = f"sha256:{self._expected}", f"sha256:{self._hash.hexdigest()}"
            check_digest(self._file.path, expected, got)
        self._buffer += chunk
