"""A base image with a Python, made from Debian's packages: no registry has to be reached."""

from __future__ import annotations

import hashlib
import io
import json
import shutil
import subprocess
import tarfile
from typing import TYPE_CHECKING

from hoheit_lab.locks import exclusive
from hoheit_lab.paths import cache_dir

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

SUITE, PYTHON = "bookworm", "3.11"
_PACKAGES = ("python3", "python3-venv", "python-is-python3", "ca-certificates")
_LAYER = "application/vnd.oci.image.layer.v1.tar"
_CONFIG = "application/vnd.oci.image.config.v1+json"
_MANIFEST = "application/vnd.oci.image.manifest.v1+json"


def rootfs(mmdebstrap: str) -> Path:
    """Return a root file system as a tar, made once for all checkouts of a machine."""
    key = hashlib.sha256(" ".join((SUITE, *_PACKAGES)).encode()).hexdigest()[:12]
    folder = cache_dir() / "rootfs"
    made = folder / f"{SUITE}-{key}.tar"
    folder.mkdir(parents=True, exist_ok=True)
    with exclusive(folder / "lock", "making a root file system"):
        if not made.exists():
            unfinished = folder / "unfinished.tar"
            packages = f"--include={','.join(_PACKAGES)}"
            subprocess.run(
                [mmdebstrap, "--quiet", "--variant=minbase", packages, SUITE, str(unfinished)],
                check=True,
            )
            unfinished.rename(made)
    return made


def layer(files: Mapping[str, str]) -> bytes:
    """Return a layer with a few text files."""
    content = io.BytesIO()
    with tarfile.open(fileobj=content, mode="w") as archive:
        for name, text in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(text.encode())
            archive.addfile(member, io.BytesIO(text.encode()))
    return content.getvalue()


def write_layout(folder: Path, base: Path, *more: bytes) -> None:
    """Write an image of these layers as an OCI image layout."""
    blobs = folder / "blobs" / "sha256"
    blobs.mkdir(parents=True)
    layers = [_copied(blobs, base), *(_blob(blobs, content) for content in more)]
    config = {
        "architecture": "amd64",
        "os": "linux",
        "config": {"Env": ["PATH=/usr/local/bin:/usr/bin:/bin"]},
        "rootfs": {"type": "layers", "diff_ids": [one["digest"] for one in layers]},
    }
    manifest = {
        "schemaVersion": 2,
        "mediaType": _MANIFEST,
        "config": {"mediaType": _CONFIG, **_blob(blobs, json.dumps(config).encode())},
        "layers": [{"mediaType": _LAYER, **one} for one in layers],
    }
    described = {"mediaType": _MANIFEST, **_blob(blobs, json.dumps(manifest).encode())}
    index = {"schemaVersion": 2, "manifests": [described]}
    (folder / "index.json").write_text(json.dumps(index))
    (folder / "oci-layout").write_text('{"imageLayoutVersion": "1.0.0"}')


def _blob(blobs: Path, content: bytes) -> dict[str, str | int]:
    digest = hashlib.sha256(content).hexdigest()
    (blobs / digest).write_bytes(content)
    return {"digest": f"sha256:{digest}", "size": len(content)}


def _copied(blobs: Path, file: Path) -> dict[str, str | int]:
    with file.open("rb") as content:
        digest = hashlib.file_digest(content, "sha256").hexdigest()
    shutil.copyfile(file, blobs / digest)
    return {"digest": f"sha256:{digest}", "size": file.stat().st_size}
