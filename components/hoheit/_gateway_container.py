"""The gateway as a container, in a server pod and in a router pod alike."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ._api_keys import FOLLOW_FILE, FOLLOW_KEYS, KEYS_FILE, KEYS_MOUNT
from ._gateway import (
    API_PORT,
    GATEWAY_COMMAND,
    GATEWAY_FILE,
    GATEWAY_MOUNT,
    GATEWAY_PATH,
    HEALTH_PORT,
    METRICS_PORT,
    READY_PATH,
    UPSTREAM_KEY_VARIABLE,
)
from ._lifecycle import liveness_probe, readiness_probe, startup_probe
from ._pod_room import GATEWAY_CPU_MILLICORES, GATEWAY_MEMORY_MIB
from ._pod_security import container_security
from ._secret_variable import secret_variable

if TYPE_CHECKING:
    import pulumi
    from pulumi_kubernetes.core.v1 import ContainerArgsDict, EnvVarArgsDict, VolumeArgsDict

_CONFIG_VOLUME = "gateway"
_KEYS_VOLUME = "api-keys"


@dataclass(frozen=True, kw_only=True)
class GatewaySecrets:
    """Names of the Secrets of one gateway; outputs of other resources."""

    keys: pulumi.Input[str]
    """Digests of the keys that it accepts."""
    upstream: pulumi.Input[str]
    """The key that it sends on."""
    upstream_key: str
    """Key of that Secret."""


def gateway_files(config: str) -> dict[str, str]:
    """Return the data of a gateway's ConfigMap."""
    return {GATEWAY_FILE: config, FOLLOW_FILE: FOLLOW_KEYS}


def gateway_container(
    image: str, secrets: GatewaySecrets, more: EnvVarArgsDict | None = None
) -> ContainerArgsDict:
    """Return the sidecar: up before what it guards, and down only after the last answer.

    Args:
        image: HAProxy.
        secrets: What it takes its keys from.
        more: A further variable that its configuration refers to.
    """
    upstream = secret_variable(UPSTREAM_KEY_VARIABLE, secrets.upstream, secrets.upstream_key)
    return {
        "name": "gateway",
        "image": image,
        "restart_policy": "Always",
        "command": [*GATEWAY_COMMAND, f"{GATEWAY_MOUNT}/{GATEWAY_FILE}"],
        "env": [upstream, more] if more else [upstream],
        "ports": [
            {"name": "api", "container_port": API_PORT},
            {"name": "metrics", "container_port": METRICS_PORT},
            {"name": "health", "container_port": HEALTH_PORT},
        ],
        "startup_probe": startup_probe(GATEWAY_PATH, HEALTH_PORT, 60),
        "readiness_probe": readiness_probe(READY_PATH, HEALTH_PORT),
        "liveness_probe": liveness_probe(GATEWAY_PATH, HEALTH_PORT),
        "resources": {
            "requests": {
                "cpu": f"{GATEWAY_CPU_MILLICORES}m",
                "memory": f"{GATEWAY_MEMORY_MIB}Mi",
            },
            "limits": {"memory": f"{GATEWAY_MEMORY_MIB}Mi"},
        },
        "security_context": container_security(),
        "volume_mounts": [
            {"name": _CONFIG_VOLUME, "mount_path": GATEWAY_MOUNT, "read_only": True},
            # Whole, and not a file of it: only so does it follow a change.
            {"name": _KEYS_VOLUME, "mount_path": KEYS_MOUNT, "read_only": True},
        ],
    }


def gateway_volumes(config: pulumi.Input[str], secrets: GatewaySecrets) -> list[VolumeArgsDict]:
    """Return the volumes of :func:`gateway_container`."""
    return [
        {"name": _CONFIG_VOLUME, "config_map": {"name": config}},
        {
            "name": _KEYS_VOLUME,
            "secret": {
                "secret_name": secrets.keys,
                # Nothing else that the Secret may hold.
                "items": [{"key": KEYS_FILE, "path": KEYS_FILE}],
            },
        },
    ]
