"""The pod of an S3 server of our own: VersityGW over one volume."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from hoheit._lifecycle import liveness_probe, readiness_probe, startup_probe
from hoheit._pod_security import container_security, pod_security
from hoheit._secret_variable import secret_variable

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pulumi
    from pulumi_kubernetes.core.v1 import (
        ContainerArgsDict,
        PodSpecArgsDict,
        ResourceRequirementsArgsDict,
    )

    from hoheit.images import Images

VERSITYGW = "versitygw"
OBJECTS_PORT = 7070
OBJECTS_REGION = "us-east-1"
"""A name for request signing, and no place."""
ACCESS_KEY = "AWS_ACCESS_KEY_ID"
SECRET_KEY = "AWS_SECRET_ACCESS_KEY"  # noqa: S105 - the key of a Secret
HEALTH_PATH = "/health"
"""Answered by the server itself, so no bucket can have this name."""

OBJECTS_USER = 65532
"""Any user will do: the image has a static binary, and the volume belongs to the group."""
VOLUME = "/data"
OBJECTS = f"{VOLUME}/objects"
ATTRIBUTES = f"{VOLUME}/attributes"
"""Names, types and checksums of objects. Kept in files, because not every volume has extended
attributes; both folders lie on one volume, so they are saved and restored together."""
_STARTUP_SECONDS = 120
_GRACE_SECONDS = 60


class ServerSize(Protocol):
    """What the settings of every S3 server say of its container."""

    @property
    def cpu_millicores(self) -> int:
        """Request."""
        ...

    @property
    def memory_mib(self) -> int:
        """Request and limit, in MiB."""
        ...


def objects_pod(
    size: ServerSize,
    images: Images,
    *,
    secret: pulumi.Input[str],
    buckets: Sequence[str] = (),
) -> PodSpecArgsDict:
    """Return the pod spec.

    Args:
        size: CPU and memory.
        images: As the cluster's mirror names them.
        secret: Name of the Secret with the root credentials.
        buckets: What is there from the start; over a file system a bucket is a folder.
    """
    spec: PodSpecArgsDict = {
        "automount_service_account_token": False,
        "enable_service_links": False,
        "security_context": pod_security(OBJECTS_USER),
        "termination_grace_period_seconds": _GRACE_SECONDS,
        "init_containers": [_folders(size, images, buckets)],
        "containers": [_server(size, images, secret)],
    }
    if images.pull_secrets:
        spec["image_pull_secrets"] = [{"name": name} for name in images.pull_secrets]
    return spec


def _folders(size: ServerSize, images: Images, buckets: Sequence[str]) -> ContainerArgsDict:
    folders = [OBJECTS, ATTRIBUTES, *(f"{OBJECTS}/{bucket}" for bucket in buckets)]
    return {
        "name": "folders",
        "image": images.reference("versitygw"),
        "command": ["mkdir", "-p", *folders],
        "resources": _resources(size),
        "security_context": container_security(),
        "volume_mounts": [{"name": "data", "mount_path": VOLUME}],
    }


def _server(size: ServerSize, images: Images, secret: pulumi.Input[str]) -> ContainerArgsDict:
    return {
        "name": "versitygw",
        "image": images.reference("versitygw"),
        "command": ["versitygw"],
        "args": [
            f"--port=:{OBJECTS_PORT}",
            f"--region={OBJECTS_REGION}",
            f"--health={HEALTH_PATH}",
            # Names of objects stay out of the container's log.
            "--quiet",
            "posix",
            f"--sidecar={ATTRIBUTES}",
            OBJECTS,
        ],
        "env": [
            secret_variable("ROOT_ACCESS_KEY", secret, ACCESS_KEY),
            secret_variable("ROOT_SECRET_KEY", secret, SECRET_KEY),
        ],
        "ports": [{"name": "s3", "container_port": OBJECTS_PORT}],
        "startup_probe": startup_probe(HEALTH_PATH, OBJECTS_PORT, _STARTUP_SECONDS),
        "readiness_probe": readiness_probe(HEALTH_PATH, OBJECTS_PORT),
        "liveness_probe": liveness_probe(HEALTH_PATH, OBJECTS_PORT),
        "resources": _resources(size),
        "security_context": container_security(),
        "volume_mounts": [{"name": "data", "mount_path": VOLUME}],
    }


def _resources(size: ServerSize) -> ResourceRequirementsArgsDict:
    memory = {"memory": f"{size.memory_mib}Mi"}
    return {
        "requests": {"cpu": f"{size.cpu_millicores}m", **memory},
        "limits": memory,
    }
