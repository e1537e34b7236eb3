"""Layers of images that hold a few small files only."""

from __future__ import annotations

import io
import tarfile


def text_layer(files: dict[str, str]) -> bytes:
    """Return a layer with a few text files."""
    content = io.BytesIO()
    with tarfile.open(fileobj=content, mode="w") as archive:
        for name, text in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(text.encode())
            archive.addfile(member, io.BytesIO(text.encode()))
    return content.getvalue()
