"""The pod of a model server: weights first, then the gateway, then vLLM behind it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from hoheit_facts import ENGINE, IMAGES, switches_off

from ._flags import serve_flags
from ._gateway import (
    API_KEY_VARIABLE,
    API_PORT,
    GATEWAY_COMMAND,
    GATEWAY_PATH,
    HEALTH_PORT,
    LIVE_PATH,
    METRICS_PORT,
    READY_PATH,
    gateway_config,
)
from ._lifecycle import Drain, liveness_probe, readiness_probe, startup_probe
from ._placement import GPU_RESOURCE
from ._pod_room import CACHE_GIB, GATEWAY_CPU_MILLICORES, GATEWAY_MEMORY_MIB, TEMPORARY_GIB
from ._pod_security import container_security, pod_security
from ._weights import (
    MODELS,
    authority_volumes,
    is_pulled,
    model_path,
    pull_container,
    weights_volume,
)
from .plan import SHARED_MEMORY_GIB

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pulumi
    from pulumi_kubernetes.core.v1 import (
        ContainerArgsDict,
        EnvVarArgsDict,
        PodSpecArgsDict,
        TolerationArgsDict,
        VolumeArgsDict,
    )

    from .cluster import StorageChoice
    from .images import Images
    from .model_weights import ModelWeights
    from .object_store import ObjectStore
    from .vllm_settings import VllmSettings

API_KEY = "api-key"
"""Key of the Secret under which the API key lies."""
GATEWAY_MOUNT = "/usr/local/etc/haproxy"
"""Where HAProxy's image expects its configuration."""
GATEWAY_FILE = "haproxy.cfg"
_HOME = f"/home/{ENGINE.user_name}"
_BYTES_PER_MIB = 1024**2


@dataclass(frozen=True, kw_only=True)
class ServerPod:
    """Everything that decides how a server pod looks."""

    settings: VllmSettings
    images: Images
    """As the cluster's mirror names them."""
    weights: ModelWeights
    """Likewise."""
    weights_storage: StorageChoice
    store: ObjectStore | None
    runtime_class: str | None

    @property
    def drain(self) -> Drain:
        """How the pod stops."""
        return Drain(request_seconds=self.settings.drain_seconds)

    @property
    def flags(self) -> list[str]:
        """Arguments of the ``vllm`` command."""
        return serve_flags(
            self.settings.engine,
            path=model_path(self.weights),
            name=self.settings.served_model_name,
            gpus=self.settings.gpus,
            shutdown_timeout_seconds=self.drain.request_seconds,
        )

    @property
    def gateway(self) -> str:
        """Configuration of HAProxy."""
        return gateway_config(
            served_model_name=self.settings.served_model_name,
            allowed_paths=self.settings.routes,
            idle_timeout_seconds=self.settings.idle_timeout_seconds,
            drain_seconds=self.settings.drain_seconds,
            max_body_bytes=self.settings.max_body_mib * _BYTES_PER_MIB,
        )

    def spec(
        self,
        *,
        service_account: pulumi.Input[str],
        api_key_secret: pulumi.Input[str],
        gateway_config: pulumi.Input[str],
        placement: tuple[Mapping[str, str], Sequence[TolerationArgsDict]],
        spread_over: Mapping[str, str],
    ) -> PodSpecArgsDict:
        """Return the pod spec; the named objects may be outputs of other resources."""
        node_selector, tolerations = placement
        spec: PodSpecArgsDict = {
            "service_account_name": service_account,
            "automount_service_account_token": False,
            # A Service named vllm would otherwise set VLLM_PORT and stop the engine.
            "enable_service_links": False,
            "security_context": pod_security(ENGINE.user),
            "node_selector": dict(node_selector),
            "tolerations": list(tolerations),
            "topology_spread_constraints": [
                {
                    "max_skew": 1,
                    "topology_key": "kubernetes.io/hostname",
                    "when_unsatisfiable": "ScheduleAnyway",
                    "label_selector": {"match_labels": dict(spread_over)},
                }
            ],
            "termination_grace_period_seconds": self.drain.grace_period_seconds,
            "init_containers": [*self._pull(), self._gateway(api_key_secret)],
            "containers": [self._engine(api_key_secret)],
            "volumes": self._volumes(gateway_config),
        }
        if self.runtime_class and self.settings.gpus:
            spec["runtime_class_name"] = self.runtime_class
        if self.images.pull_secrets:
            spec["image_pull_secrets"] = [{"name": name} for name in self.images.pull_secrets]
        return spec

    def _pull(self) -> list[ContainerArgsDict]:
        if self.store is None or not is_pulled(self.weights):
            return []
        return [pull_container(self.weights, self.store, self.images.reference("weights_fetcher"))]

    def _gateway(self, api_key_secret: pulumi.Input[str]) -> ContainerArgsDict:
        """Return the sidecar: up before the engine, and down only after its last answer."""
        return {
            "name": "gateway",
            "image": self.images.reference("gateway"),
            "restart_policy": "Always",
            "command": [*GATEWAY_COMMAND, f"{GATEWAY_MOUNT}/{GATEWAY_FILE}"],
            "env": [_api_key(API_KEY_VARIABLE, api_key_secret)],
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
            "volume_mounts": [{"name": "gateway", "mount_path": GATEWAY_MOUNT, "read_only": True}],
        }

    def _engine(self, api_key_secret: pulumi.Input[str]) -> ContainerArgsDict:
        gpus = {GPU_RESOURCE: str(self.settings.gpus)} if self.settings.gpus else {}
        memory = {"memory": f"{self.settings.memory_mib}Mi"}
        return {
            "name": "vllm",
            "image": self.images.reference("vllm" if self.settings.gpus else "vllm_cpu"),
            # The image's entrypoint has changed between versions; the command never does.
            "command": ["vllm"],
            "args": list(self.flags),
            "env": [*_engine_environment(), _api_key("VLLM_API_KEY", api_key_secret)],
            "startup_probe": startup_probe(
                READY_PATH, HEALTH_PORT, self.settings.startup_budget_seconds
            ),
            "liveness_probe": liveness_probe(LIVE_PATH, HEALTH_PORT),
            "lifecycle": {"pre_stop": {"sleep": {"seconds": self.drain.endpoint_removal_seconds}}},
            "resources": {
                "requests": {
                    "cpu": f"{self.settings.cpu_millicores}m",
                    "ephemeral-storage": f"{self.settings.claim.pod.disk_gib}Gi",
                    **memory,
                    **gpus,
                },
                "limits": {**memory, **gpus},
            },
            "security_context": container_security(),
            "volume_mounts": [
                {"name": "weights", "mount_path": MODELS, "read_only": True},
                {"name": "home", "mount_path": _HOME},
                {"name": "tmp", "mount_path": "/tmp", "sub_path": "vllm"},  # noqa: S108 - emptyDir
                {"name": "shm", "mount_path": "/dev/shm"},  # noqa: S108 - emptyDir in memory
            ],
        }

    def _volumes(self, gateway_config: pulumi.Input[str]) -> list[VolumeArgsDict]:
        pulled_from = self.store if is_pulled(self.weights) else None
        authority = authority_volumes(pulled_from) if pulled_from else []
        return [
            *authority,
            weights_volume(self.weights, self.weights_storage),
            {"name": "gateway", "config_map": {"name": gateway_config}},
            {"name": "home", "empty_dir": {"size_limit": f"{CACHE_GIB}Gi"}},
            {"name": "tmp", "empty_dir": {"size_limit": f"{TEMPORARY_GIB}Gi"}},
            {
                "name": "shm",
                # Workers exchange data through it; the default of 64 MiB stops them.
                "empty_dir": {"medium": "Memory", "size_limit": f"{SHARED_MEMORY_GIB}Gi"},
            },
        ]


def _engine_environment() -> list[EnvVarArgsDict]:
    silence = switches_off(IMAGES["vllm"].software)
    # Without HOME and USER, PyTorch looks for a cache directory that it may not write.
    own = {"HOME": _HOME, "USER": ENGINE.user_name, "HF_HOME": f"{_HOME}/.cache/huggingface"}
    return [{"name": name, "value": value} for name, value in {**own, **silence}.items()]


def _api_key(variable: str, secret: pulumi.Input[str]) -> EnvVarArgsDict:
    return {
        "name": variable,
        "value_from": {"secret_key_ref": {"name": secret, "key": API_KEY}},
    }
