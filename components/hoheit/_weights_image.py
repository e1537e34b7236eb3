"""Weights that come inside a container image: on a node it is pulled as every other, by digest."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from ._pod_security import container_security
from ._weights import volume_gib

if TYPE_CHECKING:
    from pulumi_kubernetes.core.v1 import (
        ContainerArgsDict,
        VolumeArgsDict,
        VolumeMountArgsDict,
    )

    from .model_weights import ModelWeights

UNPACKED = "/unpacked"
"""Where the files lie between the image that brought them and the fetcher."""
_VOLUME = "unpacked"


class Unpacking(NamedTuple):
    """How the Job comes to the files of an image."""

    container: ContainerArgsDict
    volume: VolumeArgsDict
    mount: VolumeMountArgsDict
    """Of the fetcher, which reads them."""


def unpacking(weights: ModelWeights, image: str) -> Unpacking:
    """Return the container that copies the files out of their image, and where they lie then.

    Args:
        weights: the unit.
        image: its image, as the cluster names it.
    """
    room = f"{volume_gib(weights)}Gi"
    container: ContainerArgsDict = {
        "name": "unpack",
        "image": image,
        # Links are followed, because the fetcher takes none; a killed attempt's files are replaced.
        "command": ["cp", "-RLf", f"{weights.image_path}/.", UNPACKED],
        "termination_message_policy": "FallbackToLogsOnError",
        "resources": {
            "requests": {"cpu": "100m", "memory": "64Mi", "ephemeral-storage": room},
            "limits": {"memory": "256Mi"},
        },
        "security_context": container_security(),
        "volume_mounts": [{"name": _VOLUME, "mount_path": UNPACKED}],
    }
    return Unpacking(
        container=container,
        volume={"name": _VOLUME, "empty_dir": {"size_limit": room}},
        mount={"name": _VOLUME, "mount_path": UNPACKED, "read_only": True},
    )
