"""The pod of the bundled PostgreSQL: prepare in single-user mode, then serve."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hoheit._pod_security import container_security, pod_security

from .postgres_files import LOGINS_FILE, SCRIPT_FILE, SETTINGS_FILE, logins, script, settings

if TYPE_CHECKING:
    import pulumi
    from pulumi_kubernetes.core.v1 import (
        ContainerArgsDict,
        EnvVarArgsDict,
        PodSpecArgsDict,
        ProbeArgsDict,
        ResourceRequirementsArgsDict,
    )

    from hoheit.images import Images
    from hoheit.mlflow_settings import BundledDatabase

POSTGRES = "postgres"
DATABASE_PORT = 5432
DATABASE_PASSWORD = "password"  # noqa: S105 - the key of a Secret
POSTGRES_USER = 999
"""User and group ``postgres`` of the official image."""

CONFIGURATION = "/etc/postgresql"
VOLUME = "/var/lib/postgresql"
DATA = f"{VOLUME}/database"
"""Below the volume, whose root may hold a ``lost+found``."""
SOCKETS = "/var/run/postgresql"
SECRET = "/etc/hoheit/database"  # noqa: S105 - a folder
SHARED_MEMORY = "/dev/shm"  # noqa: S108 - emptyDir in memory
_SHARED_MEMORY_MIB = 256
"""Parallel queries exchange rows here; the default of 64 MiB stops them."""
_GRACE_SECONDS = 120
"""For the last checkpoint. The image's stop signal, SIGINT, ends sessions and begins it."""
_STARTUP_SECONDS = 600


def database_files(database: BundledDatabase) -> dict[str, str]:
    """Return the files of the ConfigMap by name."""
    return {
        SETTINGS_FILE: settings(
            port=DATABASE_PORT,
            memory_mib=database.memory_mib,
            configuration=CONFIGURATION,
            sockets=SOCKETS,
        ),
        LOGINS_FILE: logins(),
        SCRIPT_FILE: script(data=DATA, password_file=f"{SECRET}/{DATABASE_PASSWORD}"),
    }


def database_pod(
    database: BundledDatabase,
    images: Images,
    *,
    files: pulumi.Input[str],
    secret: pulumi.Input[str],
) -> PodSpecArgsDict:
    """Return the pod spec; ``files`` and ``secret`` name a ConfigMap and a Secret."""
    spec: PodSpecArgsDict = {
        "automount_service_account_token": False,
        "enable_service_links": False,
        "security_context": pod_security(POSTGRES_USER),
        "termination_grace_period_seconds": _GRACE_SECONDS,
        "init_containers": [_initialise(database, images)],
        "containers": [_server(database, images)],
        "volumes": [
            {"name": "files", "config_map": {"name": files}},
            {"name": "secret", "secret": {"secret_name": secret, "default_mode": 0o440}},
            {"name": "sockets", "empty_dir": {"size_limit": "1Mi"}},
            {"name": "tmp", "empty_dir": {"size_limit": "1Gi"}},
            {
                "name": "shm",
                "empty_dir": {"medium": "Memory", "size_limit": f"{_SHARED_MEMORY_MIB}Mi"},
            },
        ],
    }
    if images.pull_secrets:
        spec["image_pull_secrets"] = [{"name": name} for name in images.pull_secrets]
    return spec


def _initialise(database: BundledDatabase, images: Images) -> ContainerArgsDict:
    return {
        "name": "initialise",
        "image": images.reference("postgres"),
        "command": ["sh", f"{CONFIGURATION}/{SCRIPT_FILE}"],
        "env": _environment(),
        "termination_message_policy": "FallbackToLogsOnError",
        "resources": _resources(database),
        "security_context": container_security(),
        "volume_mounts": [
            {"name": "data", "mount_path": VOLUME},
            {"name": "files", "mount_path": CONFIGURATION, "read_only": True},
            {"name": "secret", "mount_path": SECRET, "read_only": True},
            {"name": "sockets", "mount_path": SOCKETS},
            {"name": "tmp", "mount_path": "/tmp"},  # noqa: S108 - emptyDir
            {"name": "shm", "mount_path": SHARED_MEMORY},
        ],
    }


def _server(database: BundledDatabase, images: Images) -> ContainerArgsDict:
    return {
        "name": "postgres",
        "image": images.reference("postgres"),
        # Not the image's entrypoint, which would make a database with defaults of its own.
        "command": ["postgres"],
        "args": ["-D", DATA, "-c", f"config_file={CONFIGURATION}/{SETTINGS_FILE}"],
        "env": _environment(),
        "ports": [{"name": "postgres", "container_port": DATABASE_PORT}],
        "startup_probe": _probe(period=5, failures=_STARTUP_SECONDS // 5),
        "readiness_probe": _probe(period=5, failures=2),
        "liveness_probe": _probe(period=10, failures=6),
        "resources": _resources(database),
        "security_context": container_security(),
        "volume_mounts": [
            {"name": "data", "mount_path": VOLUME},
            {"name": "files", "mount_path": CONFIGURATION, "read_only": True},
            {"name": "sockets", "mount_path": SOCKETS},
            {"name": "tmp", "mount_path": "/tmp"},  # noqa: S108 - emptyDir
            {"name": "shm", "mount_path": SHARED_MEMORY},
        ],
    }


def _environment() -> list[EnvVarArgsDict]:
    return [{"name": "HOME", "value": "/tmp"}]  # noqa: S108 - emptyDir


def _probe(*, period: int, failures: int) -> ProbeArgsDict:
    command = ["pg_isready", f"--host={SOCKETS}", f"--port={DATABASE_PORT}", "--timeout=3"]
    return {
        "exec_": {"command": command},
        "period_seconds": period,
        "failure_threshold": failures,
        "timeout_seconds": 5,
    }


def _resources(database: BundledDatabase) -> ResourceRequirementsArgsDict:
    memory = {"memory": f"{database.memory_mib}Mi"}
    return {
        "requests": {"cpu": f"{database.cpu_millicores}m", **memory},
        "limits": memory,
    }
