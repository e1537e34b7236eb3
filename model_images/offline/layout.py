"""OCI image layouts: folders that hold one image each."""

from __future__ import annotations

import hashlib
import json
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

_LAYER = "application/vnd.oci.image.layer.v1.tar"
_CONFIG = "application/vnd.oci.image.config.v1+json"
_MANIFEST = "application/vnd.oci.image.manifest.v1+json"
PLATFORM = "linux/amd64"


def digest(layout: Path) -> str:
    """Return the digest of the image that a layout holds."""
    index: dict[str, Any] = json.loads((layout / "index.json").read_text("utf-8"))
    (described,) = index["manifests"]
    return described["digest"]


def write(folder: Path, layers: Sequence[Path | bytes]) -> None:
    """Write an image that consists of these tars, and of nothing that depends on the time."""
    blobs = folder / "blobs" / "sha256"
    blobs.mkdir(parents=True)
    described = [
        _copied(blobs, layer) if isinstance(layer, Path) else _blob(blobs, layer)
        for layer in layers
    ]
    operating_system, _, architecture = PLATFORM.partition("/")
    config = {
        "architecture": architecture,
        "os": operating_system,
        "config": {"Env": ["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"]},
        "rootfs": {"type": "layers", "diff_ids": [one["digest"] for one in described]},
    }
    manifest = {
        "schemaVersion": 2,
        "mediaType": _MANIFEST,
        "config": {"mediaType": _CONFIG, **_blob(blobs, _json(config))},
        "layers": [{"mediaType": _LAYER, **one} for one in described],
    }
    listed = {"mediaType": _MANIFEST, **_blob(blobs, _json(manifest))}
    (folder / "oci-layout").write_text('{"imageLayoutVersion": "1.0.0"}', "utf-8")
    (folder / "index.json").write_bytes(_json({"schemaVersion": 2, "manifests": [listed]}))


def _json(document: dict[str, Any]) -> bytes:
    return json.dumps(document).encode()


def _blob(blobs: Path, content: bytes) -> dict[str, str | int]:
    found = hashlib.sha256(content).hexdigest()
    (blobs / found).write_bytes(content)
    return {"digest": f"sha256:{found}", "size": len(content)}


def _copied(blobs: Path, file: Path) -> dict[str, str | int]:
    with file.open("rb") as content:
        found = hashlib.file_digest(content, "sha256").hexdigest()
    shutil.copyfile(file, blobs / found)
    return {"digest": f"sha256:{found}", "size": file.stat().st_size}
