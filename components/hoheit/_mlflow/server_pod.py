"""The pod of an MLflow server: prepare the stores, then the gateway, then MLflow behind it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from hoheit._gateway import GATEWAY_COMMAND, GATEWAY_PATH
from hoheit._lifecycle import Drain, liveness_probe, readiness_probe, startup_probe
from hoheit._pod_room import GATEWAY_CPU_MILLICORES, GATEWAY_MEMORY_MIB
from hoheit._pod_security import container_security, pod_security
from hoheit._secret_variable import secret_variable

from . import server_environment as environment
from .gateway import (
    API_PORT,
    CREDENTIALS_VARIABLE,
    HEALTH_PATH,
    HEALTH_PORT,
    METRICS_PORT,
    MLFLOW_PORT,
    gateway_config,
)
from .server_environment import AUTH_FILE, AUTHORITY, RUN, SQLITE, TEMPORARY, Late

if TYPE_CHECKING:
    import pulumi
    from pulumi_kubernetes.core.v1 import (
        ContainerArgsDict,
        PodSpecArgsDict,
        VolumeArgsDict,
        VolumeMountArgsDict,
    )

    from hoheit.images import Images
    from hoheit.mlflow_settings import MlflowSettings

MLFLOW_USER = 65532
"""The unprivileged user of our image."""
BUCKET = "mlflow"
"""Name of the bucket on the bundled S3 server, which has no other."""
METRICS_FOLDER = f"{RUN}/metrics"
"""Where the server's processes add up their metrics."""
GATEWAY_MOUNT = "/usr/local/etc/haproxy"
"""Where HAProxy's image expects its configuration."""
GATEWAY_FILE = "haproxy.cfg"
_RUN_MIB = 64
_MIGRATION_MEMORY_MIB = 1024
_STARTUP_SECONDS = 300


@dataclass(frozen=True, kw_only=True)
class ServerPod:
    """Everything plain that decides how a server pod looks."""

    settings: MlflowSettings
    images: Images
    """As the cluster's mirror names them."""

    @property
    def drain(self) -> Drain:
        """How the pod stops."""
        return Drain(request_seconds=self.settings.drain_seconds)

    @property
    def gateway(self) -> str:
        """Configuration of HAProxy."""
        return gateway_config(
            idle_timeout_seconds=self.settings.idle_timeout_seconds,
            drain_seconds=self.settings.drain_seconds,
            max_body_bytes=self.settings.max_body_bytes,
        )

    @property
    def destination(self) -> str:
        """URL below which all artifacts lie."""
        store = self.settings.existing_artifacts
        return f"s3://{store.bucket}/{store.prefix}" if store else f"s3://{BUCKET}"

    @property
    def prepare(self) -> list[str]:
        """Arguments of ``hoheit-mlflow``."""
        settings = self.settings
        own = [f"--auth-config={AUTH_FILE}", f"--default-permission={settings.default_permission}"]
        bucket = [f"--create-bucket={BUCKET}"] if settings.bundled_artifacts else []
        return ["prepare", *own, *bucket]

    @property
    def flags(self) -> list[str]:
        """Arguments of ``mlflow``; what is secret or late comes in the environment."""
        return [
            "server",
            "--host=127.0.0.1",
            f"--port={MLFLOW_PORT}",
            f"--workers={self.settings.workers}",
            "--app-name=basic-auth",
            "--serve-artifacts",
            f"--artifacts-destination={self.destination}",
            f"--expose-prometheus={METRICS_FOLDER}",
            f"--uvicorn-opts=--timeout-graceful-shutdown={self.settings.drain_seconds}",
        ]

    def spec(self, late: Late) -> PodSpecArgsDict:
        """Return the pod spec, completed with what other resources produce."""
        spec: PodSpecArgsDict = {
            "service_account_name": late.service_account,
            "automount_service_account_token": False,
            "enable_service_links": False,
            "security_context": pod_security(MLFLOW_USER),
            "termination_grace_period_seconds": self.drain.grace_period_seconds,
            "init_containers": [self._prepare(late), self._gateway(late)],
            "containers": [self._server(late)],
            "volumes": self._volumes(late),
        }
        if self.images.pull_secrets:
            spec["image_pull_secrets"] = [{"name": name} for name in self.images.pull_secrets]
        return spec

    def _prepare(self, late: Late) -> ContainerArgsDict:
        """Return the container without which no server starts: it migrates the schemas."""
        memory = {"memory": f"{_MIGRATION_MEMORY_MIB}Mi"}
        return {
            "name": "prepare",
            "image": self.images.reference("mlflow"),
            "command": ["hoheit-mlflow"],
            "args": self.prepare,
            "env": [
                *environment.common(self.settings, late),
                *environment.accounts(late),
            ],
            # Its last line says in one sentence why it failed; `kubectl describe pod` shows it.
            "termination_message_policy": "FallbackToLogsOnError",
            "resources": {"requests": {"cpu": "250m", **memory}, "limits": memory},
            "security_context": container_security(),
            "volume_mounts": self._mounts(),
        }

    def _gateway(self, late: Late) -> ContainerArgsDict:
        """Return the sidecar: up before the server, and down only after its last answer."""
        memory = {"memory": f"{GATEWAY_MEMORY_MIB}Mi"}
        return {
            "name": "gateway",
            "image": self.images.reference("gateway"),
            "restart_policy": "Always",
            "command": [*GATEWAY_COMMAND, f"{GATEWAY_MOUNT}/{GATEWAY_FILE}"],
            "env": [secret_variable(CREDENTIALS_VARIABLE, late.secret, "metrics-account")],
            "ports": [
                {"name": "api", "container_port": API_PORT},
                {"name": "metrics", "container_port": METRICS_PORT},
                {"name": "health", "container_port": HEALTH_PORT},
            ],
            "startup_probe": startup_probe(GATEWAY_PATH, HEALTH_PORT, 60),
            "readiness_probe": readiness_probe(HEALTH_PATH, HEALTH_PORT),
            "liveness_probe": liveness_probe(GATEWAY_PATH, HEALTH_PORT),
            "resources": {
                "requests": {"cpu": f"{GATEWAY_CPU_MILLICORES}m", **memory},
                "limits": memory,
            },
            "security_context": container_security(),
            "volume_mounts": [{"name": "gateway", "mount_path": GATEWAY_MOUNT, "read_only": True}],
        }

    def _server(self, late: Late) -> ContainerArgsDict:
        settings = self.settings
        memory = {"memory": f"{settings.memory_mib}Mi"}
        return {
            "name": "mlflow",
            "image": self.images.reference("mlflow"),
            "command": ["mlflow"],
            "args": self.flags,
            "env": [
                *environment.common(settings, late),
                *environment.server(late),
            ],
            "startup_probe": startup_probe(HEALTH_PATH, HEALTH_PORT, _STARTUP_SECONDS),
            "liveness_probe": liveness_probe(HEALTH_PATH, HEALTH_PORT),
            "lifecycle": {"pre_stop": {"sleep": {"seconds": self.drain.endpoint_removal_seconds}}},
            "resources": {
                "requests": {
                    "cpu": f"{settings.cpu_millicores}m",
                    "ephemeral-storage": f"{settings.temporary_gib}Gi",
                    **memory,
                },
                "limits": memory,
            },
            "security_context": container_security(),
            "volume_mounts": self._mounts(),
        }

    def _mounts(self) -> list[VolumeMountArgsDict]:
        mounts: list[VolumeMountArgsDict] = [
            {"name": "run", "mount_path": RUN},
            {"name": "tmp", "mount_path": TEMPORARY},
        ]
        if self.settings.is_sqlite:
            mounts.append({"name": "database", "mount_path": SQLITE})
        if self._authority is not None:
            mounts.append({"name": "authority", "mount_path": AUTHORITY, "read_only": True})
        return mounts

    def _volumes(self, late: Late) -> list[VolumeArgsDict]:
        volumes: list[VolumeArgsDict] = [
            # In memory: a file with the password of the database is in it.
            {"name": "run", "empty_dir": {"medium": "Memory", "size_limit": f"{_RUN_MIB}Mi"}},
            {"name": "tmp", "empty_dir": {"size_limit": f"{self.settings.temporary_gib}Gi"}},
            {"name": "gateway", "config_map": {"name": late.gateway_config}},
        ]
        if self.settings.is_sqlite:
            volumes.append({"name": "database", "empty_dir": {"size_limit": "1Gi"}})
        if self._authority is not None:
            volumes.append({"name": "authority", "config_map": {"name": self._authority}})
        return volumes

    @property
    def _authority(self) -> pulumi.Input[str] | None:
        store = self.settings.existing_artifacts
        return store.ca_config_map if store else None
