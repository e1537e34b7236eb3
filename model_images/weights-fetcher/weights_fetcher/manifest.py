"""The list of what one mirrored model consists of: the last object written, the first one read."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import asdict, dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any, cast

from weights_fetcher.errors import DifferentError, FetchError

if TYPE_CHECKING:
    from collections.abc import Mapping

MANIFEST = "manifest.json"
_FORMAT = 1
_SHA256 = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True)
class File:
    """One file of the model; `path` is relative and uses slashes."""

    path: str
    size: int
    sha256: str


@dataclass(frozen=True)
class Manifest:
    """Everything that tells one mirrored model from another, and nothing else.

    There is no time and no version of this program in it, so that the same files have the same
    digest whenever and by whichever release they are mirrored.
    """

    repository: str
    revision: str
    commit: str
    allow: tuple[str, ...]
    files: tuple[File, ...]

    def render(self) -> bytes:
        """Return the one way to write this manifest."""
        content = {"format": _FORMAT, **asdict(self)}
        return (json.dumps(content, indent=2, sort_keys=True) + "\n").encode()

    @property
    def digest(self) -> str:
        """The sha256 of the rendered manifest, which stands for the whole model."""
        return digest_of(self.render())

    @property
    def size(self) -> int:
        """The bytes of all files together."""
        return sum(file.size for file in self.files)

    def check_declared(self, digests: Mapping[str, str], manifest_digest: str | None) -> None:
        """Raise unless the manifest says what the operator declared.

        Raises:
            FetchError: A file is missing or has another digest than the declared one.
        """
        actual = {file.path: f"sha256:{file.sha256}" for file in self.files}
        for path, declared in sorted(digests.items()):
            if path not in actual:
                raise FetchError(f"a digest is declared for {path}, which is not among the files")
            check_digest(path, declared, actual[path])
        if manifest_digest is not None:
            check_digest(MANIFEST, manifest_digest, self.digest)


def parse_manifest(rendered: bytes, where: str) -> Manifest:
    """Read a manifest and trust nothing in it: its paths become paths on a volume.

    Raises:
        FetchError: It is not a manifest, or one of its paths leads out of the volume.
    """
    try:
        content = cast("dict[str, Any]", json.loads(rendered))
        files = tuple(File(f["path"], int(f["size"]), f["sha256"]) for f in content["files"])
        manifest = Manifest(
            repository=content["repository"],
            revision=content["revision"],
            commit=content["commit"],
            allow=tuple(content["allow"]),
            files=files,
        )
    except (ValueError, KeyError, TypeError) as error:
        raise FetchError(f"{where} is not a manifest of weights-fetcher: {error!r}") from error
    if content.get("format") != _FORMAT or manifest.render() != rendered:
        raise FetchError(f"{where} was not written by this generation of weights-fetcher")
    for file in files:
        if not is_inside(file.path) or not _SHA256.fullmatch(file.sha256):
            raise FetchError(f"{where} lists {file.path!r} in a way that is not safe to follow")
    return manifest


def digest_of(content: bytes) -> str:
    """Return `sha256:HEX` of some bytes."""
    return f"sha256:{hashlib.sha256(content).hexdigest()}"


def check_digest(name: str, expected: str, got: str) -> None:
    """Raise unless two digests are the same.

    Raises:
        DifferentError: They differ; the sentence names the file and both digests.
    """
    if expected != got:
        raise DifferentError(f"{name} is not what was expected: expected {expected}, got {got}")


def is_inside(path: str) -> bool:
    """Tell whether a path stays on a volume, and is none of the hidden ones kept there."""
    parts = PurePosixPath(path).parts
    return bool(parts) and not any(part.startswith(".") or part == "/" for part in parts)
