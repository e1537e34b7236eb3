"""Files that somebody brought: out of an image, or carried to where no hub can be reached."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path
from typing import TYPE_CHECKING

from weights_fetcher.errors import FetchError
from weights_fetcher.manifest import check_digest, digest_of, is_inside
from weights_fetcher.source import FIXED, SourceFile, VerifiedStream
from weights_fetcher.volume import sha256_of

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator, Sequence

_CHUNK = 1024**2


class Directory:
    """One unit as files; every failure is a FetchError."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._described: dict[str, SourceFile] = {}

    def resolve(self, revision: str) -> tuple[str, list[str]]:
        """Return the paths of all files, and the commit or the digest that they came with.

        A directory cannot say which revision it is of: that is the word of whoever brought it.
        Behind a name that can move, as a tag, the content itself tells whether it did.
        """
        paths = self._paths()
        if FIXED.fullmatch(revision):
            return revision, paths
        listed = "".join(f"{one.etag}  {one.path}\n" for one in self.describe(revision, paths))
        return digest_of(listed.encode()), paths

    def describe(self, _commit: str, paths: Sequence[str]) -> list[SourceFile]:
        """Read and hash every file: a directory knows no digests."""
        for path in paths:
            if path not in self._described:
                self._described[path] = self._describe(path)
        return [self._described[path] for path in paths]

    def content(self, file: SourceFile) -> bytes:
        """Return the whole of a small file, as it was described."""
        with self._explained():
            content = Path(file.url).read_bytes()
        check_digest(file.path, f"sha256:{file.etag}", digest_of(content))
        return content

    def stream(self, file: SourceFile, sha256: str) -> VerifiedStream:
        """Return a large file as something to read from, which raises before a wrong end."""
        return VerifiedStream(file, sha256, self._chunks(Path(file.url)))

    def _paths(self) -> list[str]:
        if not self._root.is_dir():
            raise FetchError(f"{self._root} is not a directory")
        with self._explained():
            found = [
                Path(folder, name)
                for folder, folders, names in os.walk(self._root, onerror=_raise)
                for name in (*folders, *names)
            ]
        inside = {str(file.relative_to(self._root)): file for file in found}
        inside = {path: file for path, file in inside.items() if is_inside(path)}
        if links := sorted(path for path, file in inside.items() if file.is_symlink()):
            raise FetchError(
                f"{links[0]} in {self._root} is a link, which may lead anywhere: copy what it "
                "points to (cp -RL)"
            )
        return sorted(path for path, file in inside.items() if file.is_file())

    def _describe(self, path: str) -> SourceFile:
        file = self._root / path
        with self._explained():
            return SourceFile(path, file.stat().st_size, sha256_of(file), str(file))

    def _chunks(self, file: Path) -> Iterator[bytes]:
        with self._explained(), file.open("rb") as stream:
            while chunk := stream.read(_CHUNK):
                yield chunk

    @contextlib.contextmanager
    def _explained(self) -> Generator[None]:
        try:
            yield
        except OSError as error:
            raise FetchError(
                f"cannot read {error.filename or self._root} ({error.strerror}): every file has "
                "to be readable by the user of this program"
            ) from error


def _raise(error: OSError) -> None:
    raise error
