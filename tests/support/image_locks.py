"""Locks of images that only a build on this machine can lock, with digests made up for tests."""

import hashlib
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import yaml
from hoheit import ImageLock, LockedImage
from hoheit.images import IMAGE_FIELDS

BUILT = "registry.lab.internal/"
"""Where such images lie."""


def write_locks(stacks: Path, directory: Path) -> None:
    """Write the lock of every stack file that runs images of a build."""
    for file in stacks.glob("Pulumi.*.yaml"):
        environment = yaml.safe_load(file.read_text("utf-8"))["config"]["hoheit:environment"]
        built = tuple(_locked(environment))
        if built:
            lock = directory / environment["images"]["lock"]
            lock.write_text(ImageLock(images=built).text())


def _locked(environment: dict[str, Any]) -> Iterator[LockedImage]:
    for name, reference in _named(environment):
        if reference.startswith(BUILT):
            yield LockedImage(
                name=name,
                reference=reference,
                digest=f"sha256:{hashlib.sha256(reference.encode()).hexdigest()}",
                platforms=("linux/amd64",),
                registry=BUILT.rstrip("/"),
                resolved_at=datetime(2026, 11, 26, tzinfo=UTC),
            )


def _named(environment: dict[str, Any]) -> Iterator[tuple[str, str]]:
    images = environment["images"]
    yield from ((field, images[field]) for field in IMAGE_FIELDS if field in images)
    for name, model in environment["models"].items():
        if "image" in model["weights"]:
            yield f"models.{name}.weights.image", model["weights"]["image"]
