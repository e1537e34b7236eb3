"""Keys: what went into an image, in few characters. The same key is the same image."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict
from typing import TYPE_CHECKING

from hoheit_lab.toolchain import PROGRAMS

from .bake import ROOT
from .buildkit import COMPRESSION

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from .bake import Target


def of_target(target: Target, epoch: int, programs: Iterable[str]) -> str:
    """Return the key of an image of the bake file.

    Args:
        target: Its arguments name the digests of its bases.
        epoch: The date that nothing in it is younger than.
        programs: Of the lab's tool chain, which go into it.
    """
    stated = {
        **asdict(target),
        "context": str(target.context.relative_to(ROOT)),
        "files": _files(target.context),
        "epoch": epoch,
        "programs": [PROGRAMS[name].group.cache_name for name in programs],
        "builder": PROGRAMS["buildkitd"].group.cache_name,
        "compression": COMPRESSION,
    }
    return _short(json.dumps(stated, sort_keys=True))


def of_rootfs(rootfs: Path) -> str:
    """Return the key of a base, whose file is named after all that it is made from."""
    return _short(rootfs.name)


def _files(folder: Path) -> dict[str, str]:
    """Return every file of a build's own folder by name, with the digest of its content.

    What people read about an image is not in it, and changes no image.
    """
    return {
        str(file.relative_to(folder)): hashlib.sha256(file.read_bytes()).hexdigest()
        for file in sorted(folder.rglob("*"))
        if file.is_file() and "__pycache__" not in file.parts and file.name != "README.md"
    }


def _short(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]
