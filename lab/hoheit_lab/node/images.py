"""Images of the node's own programs: one static file each, no base, no build tool.

Pods run them before any builder does. So they are written here, in the format of the OCI image
specification, which for one file is four small documents.
"""

import hashlib
import json
import platform
import subprocess
import tarfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from hoheit_lab.errors import LabError

REGISTRY = "registry.lab.internal"
"""The lab's registry, as pods name it; containerd on the node knows where it listens."""

REPOSITORY = "hoheit"
TAG = "lab"
"""By it containerd knows the image of pause; pods name a digest."""

USER = 65532
"""Nobody in particular: not root, and no user of the machine."""

_ARCHITECTURES = {"x86_64": "amd64", "aarch64": "arm64"}
_MANIFEST = "application/vnd.oci.image.manifest.v1+json"
_CONFIG = "application/vnd.oci.image.config.v1+json"
_LAYER = "application/vnd.oci.image.layer.v1.tar"

Descriptor = dict[str, Any]


def write_image(program: Path, directory: Path) -> str:
    """Writes an image that holds `program` as its entrypoint, as an OCI layout.

    The same program gives the same digest, on every machine and at any time.

    Returns:
        The digest of the image, `sha256:...`.
    """
    (directory / "blobs" / "sha256").mkdir(parents=True, exist_ok=True)
    layer = _keep(directory, _layer(program, directory), _LAYER)
    config = {
        "architecture": _architecture(),
        "os": "linux",
        "config": {"User": str(USER), "Entrypoint": [f"/{program.name}"], "WorkingDir": "/"},
        # Not compressed, so the layer is named by the very digest of its files.
        "rootfs": {"type": "layers", "diff_ids": [layer["digest"]]},
    }
    manifest = {
        "schemaVersion": 2,
        "mediaType": _MANIFEST,
        "config": _keep(directory, _json(directory, config), _CONFIG),
        "layers": [layer],
    }
    image = _keep(directory, _json(directory, manifest), _MANIFEST)
    (directory / "oci-layout").write_text(json.dumps({"imageLayoutVersion": "1.0.0"}))
    index = {"schemaVersion": 2, "manifests": [image]}
    (directory / "index.json").write_text(json.dumps(index))
    return str(image["digest"])


def push(crane: Path, directory: Path, port: int, name: str) -> str:
    """Pushes a layout into the registry that listens on loopback.

    Args:
        crane: The program that speaks to registries.
        directory: The layout.
        port: Where the registry listens.
        name: The image, such as `coredns`.

    Returns:
        The reference by digest that a pod names.
    """
    done = subprocess.run(  # noqa: S603 - our own argument list
        [crane, "push", directory, f"127.0.0.1:{port}/{REPOSITORY}/{name}:{TAG}"],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        reason = done.stderr.strip().splitlines()[-1:] or ["crane gave no reason"]
        raise LabError(f"the lab's registry on port {port} did not take {name}: {reason[0]}")
    digest = json.loads((directory / "index.json").read_text())["manifests"][0]["digest"]
    return f"{REGISTRY}/{REPOSITORY}/{name}@{digest}"


def _layer(program: Path, directory: Path) -> Path:
    unnamed = directory / "layer"
    with tarfile.open(unnamed, "w", format=tarfile.USTAR_FORMAT) as archive:
        archive.add(program, arcname=program.name, filter=_timeless)
    return unnamed


def _timeless(file: tarfile.TarInfo) -> tarfile.TarInfo:
    """Drops what differs from build to build: times, owners and the umask."""
    file.mtime = 0
    file.uid = file.gid = 0
    file.uname = file.gname = ""
    file.mode = 0o755
    return file


def _json(directory: Path, document: Mapping[str, Any]) -> Path:
    unnamed = directory / "document"
    unnamed.write_text(json.dumps(document, sort_keys=True))
    return unnamed


def _keep(directory: Path, unnamed: Path, media_type: str) -> Descriptor:
    """Gives a file of the layout its place, which is its digest."""
    with unnamed.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    size = unnamed.stat().st_size
    unnamed.replace(directory / "blobs" / "sha256" / digest)
    return {"mediaType": media_type, "digest": f"sha256:{digest}", "size": size}


def _architecture() -> str:
    machine = platform.machine()
    return _ARCHITECTURES.get(machine, machine)
