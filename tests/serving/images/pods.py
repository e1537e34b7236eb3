"""One container of a rendered pod, with its user, volumes and variables, in a built image."""

from __future__ import annotations

import os
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from serving.vllm.rendered import Rendered
from support.manifests import manifests

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from serving.images.container import Container
    from support.monitor import Monitor


def pod_of(monitor: Monitor, container: str, folder: Path) -> Rendered:
    """Return the pod that has a container of that name, with volumes below a folder."""
    objects = manifests(monitor)
    (owner,) = [
        one
        for one in objects
        if one["kind"] in ("Deployment", "StatefulSet", "Job")
        and container in {each["name"] for each in _containers(one)}
    ]
    volumes = owner["spec"]["template"]["spec"].get("volumes", [])
    claims = {
        one["persistentVolumeClaim"]["claimName"]: folder / one["name"]
        for one in volumes
        if "persistentVolumeClaim" in one
    }
    pod = Rendered(objects, owner, folder, claims=claims)
    pod.prepare_volumes()
    for claim in claims.values():
        claim.mkdir()
    for volume in folder.iterdir():
        # As fsGroup does it.
        for file in (volume, *volume.iterdir()):
            os.chown(file, pod.user, pod.user)
    return pod


def _containers(owner: dict[str, Any]) -> list[dict[str, Any]]:
    spec = owner["spec"]["template"]["spec"]
    return [*spec.get("initContainers", []), *spec["containers"]]


def placed(pod: Rendered, container: str, image: Container) -> Container:
    """Return the image with the pod's user and what the container mounts."""
    mounts = {one.target: one.source for one in pod.mounts(pod.container(container))}
    # /tmp is a file system in memory already.
    mounts.pop(image.config["WorkingDir"], None)
    return replace(image, user=pod.user, mounts=mounts)


def command(pod: Rendered, container: str) -> list[str]:
    found = pod.container(container)
    return [*found["command"], *found.get("args", [])]


def environment(pod: Rendered, container: str) -> Mapping[str, str]:
    return pod.environment(pod.container(container))
