"""What the pods of all programs of a stack have in common."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hoheit._lifecycle import liveness_probe, readiness_probe, startup_probe
from hoheit._pod_security import container_security, pod_security

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pulumi
    from pulumi_kubernetes.core.v1 import (
        ContainerArgsDict,
        PodSpecArgsDict,
        ProbeArgsDict,
        ResourceRequirementsArgsDict,
        VolumeArgsDict,
        VolumeMountArgsDict,
    )


def pod(  # noqa: PLR0913 - each is a field of the spec, by name
    container: ContainerArgsDict,
    *,
    account: pulumi.Input[str],
    user: int,
    volumes: Sequence[VolumeArgsDict],
    pull_secrets: Sequence[str],
    token: bool = False,
    grace_seconds: int = 30,
) -> PodSpecArgsDict:
    """Return a restricted pod of one container.

    Args:
        container: Of :func:`server`.
        account: Name of its ServiceAccount.
        user: Numeric user and group.
        volumes: Everything that the container mounts.
        pull_secrets: Names of Secrets with registry credentials.
        token: Whether it may speak to the API server.
        grace_seconds: What it needs to stop.
    """
    return {
        "service_account_name": account,
        "automount_service_account_token": token,
        "enable_service_links": False,
        "security_context": pod_security(user),
        "termination_grace_period_seconds": grace_seconds,
        "image_pull_secrets": [{"name": name} for name in pull_secrets],
        "containers": [container],
        "volumes": list(volumes),
    }


def server(  # noqa: PLR0913 - each is a field of the container, by name
    name: str,
    image: str,
    command: Sequence[str],
    *,
    ports: Mapping[str, int],
    probes: Mapping[str, ProbeArgsDict],
    resources: ResourceRequirementsArgsDict,
    mounts: Sequence[VolumeMountArgsDict],
) -> ContainerArgsDict:
    """Return a container that answers on ``ports``; ``command`` is the program and its flags."""
    container: ContainerArgsDict = {
        "name": name,
        "image": image,
        "command": [command[0]],
        "args": list(command[1:]),
        "ports": [{"name": port, "container_port": number} for port, number in ports.items()],
        "resources": resources,
        "security_context": container_security(),
        "volume_mounts": list(mounts),
        "startup_probe": probes["startup"],
        "readiness_probe": probes["readiness"],
        "liveness_probe": probes["liveness"],
    }
    return container


def probes(port: int, *, ready: str, live: str, startup_seconds: int) -> dict[str, ProbeArgsDict]:
    """Return the three probes of a server; both paths answer on ``port``."""
    return {
        "startup": startup_probe(ready, port, startup_seconds),
        "readiness": readiness_probe(ready, port),
        "liveness": liveness_probe(live, port),
    }


def resources(cpu_millicores: int, memory_mib: int) -> ResourceRequirementsArgsDict:
    """Return a request for both and a limit of memory; CPU may be borrowed."""
    memory = {"memory": f"{memory_mib}Mi"}
    return {"requests": {"cpu": f"{cpu_millicores}m", **memory}, "limits": memory}
