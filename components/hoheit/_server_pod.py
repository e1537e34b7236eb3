"""The pod of a model server: weights first, then the gateway, then vLLM behind it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from hoheit_facts import ENGINE, IMAGES, switches_off

from ._cpu_threads import cpu_thread_variables
from ._flags import serve_flags
from ._gateway import HEALTH_PORT, LIVE_PATH, READY_PATH, gateway_config
from ._gateway_container import GatewaySecrets, gateway_container, gateway_volumes
from ._lifecycle import Drain, liveness_probe, startup_probe
from ._lora import adapter_mounts, adapter_volumes, lora_flags
from ._placement import GPU_RESOURCE
from ._pod_room import CACHE_GIB, TEMPORARY_GIB, shared_memory_gib
from ._pod_security import container_security, pod_security
from ._router_gateway import routed_paths
from ._secret_variable import secret_variable
from ._warm_up import warm_up_probe
from ._weights import MODELS, is_pulled, model_path, weights_volume
from ._weights_fetcher import adapters_container, authority_volumes, pull_container

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pulumi
    from pulumi_kubernetes.core.v1 import (
        ContainerArgsDict,
        EnvVarArgsDict,
        PodSpecArgsDict,
        ProbeArgsDict,
        TolerationArgsDict,
        VolumeArgsDict,
    )

    from ._compile_cache import CompileCache
    from .capabilities import StorageChoice
    from .images import Images
    from .model_weights import ModelWeights
    from .object_store import ObjectStore
    from .vllm_settings import VllmSettings

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
    gpu_resource: str = GPU_RESOURCE
    """What a GPU, or a slice of one, is asked for by."""

    @property
    def drain(self) -> Drain:
        """How the pod stops."""
        return Drain(request_seconds=self.settings.drain_seconds)

    @property
    def engine_image(self) -> str:
        """What the engine runs from."""
        return self.images.reference("vllm" if self.settings.gpus else "vllm_cpu")

    @property
    def flags(self) -> list[str]:
        """Arguments of the ``vllm`` command."""
        # A router that goes by beginnings asks for tokens, which vLLM serves only with this.
        asked_for_tokens = ["--enable-scale-out"] if self.settings.asked_for_tokens else []
        flags = serve_flags(
            self.settings.engine,
            path=model_path(self.weights),
            name=self.settings.served_model_name,
            gpus=self.settings.gpus,
            shutdown_timeout_seconds=self.drain.request_seconds,
            trust_remote_code=self.weights.trusted_code is not None,
            adapters=lora_flags(self.settings.adapters, self.settings.adapter_slots),
        )
        return [*flags, *asked_for_tokens]

    @property
    def gateway(self) -> str:
        """Configuration of HAProxy."""
        return gateway_config(
            model_names=self.settings.model_names,
            allowed_paths=self._paths,
            idle_timeout_seconds=self.settings.idle_timeout_seconds,
            drain_seconds=self.settings.drain_seconds,
            max_body_bytes=self.settings.max_body_mib * _BYTES_PER_MIB,
        )

    @property
    def _paths(self) -> Sequence[str]:
        routes = self.settings.routes
        return routed_paths(routes) if self.settings.asked_for_tokens else routes

    def spec(  # noqa: PLR0913 - each is something that the pod refers to, by name
        self,
        *,
        service_account: pulumi.Input[str],
        secrets: GatewaySecrets,
        gateway_config: pulumi.Input[str],
        placement: tuple[Mapping[str, str], Sequence[TolerationArgsDict]],
        spread_over: Mapping[str, str],
        compile_cache: CompileCache | None = None,
        shared_weights: pulumi.Input[str] | None = None,
    ) -> PodSpecArgsDict:
        """Return the pod spec; the named objects may be outputs of other resources.

        Without a ``compile_cache``, compiled kernels lie on the node's disk and go with the pod;
        without a claim of ``shared_weights``, each pod has weights of its own.
        """
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
            "init_containers": [
                *self._pull(),
                gateway_container(self.images.reference("gateway"), secrets),
            ],
            "containers": [self._engine(secrets, compile_cache)],
            "volumes": [
                weights_volume(self.weights, self.weights_storage, shared_weights),
                *self._volumes(gateway_config, secrets, compile_cache),
            ],
        }
        if self.runtime_class and self.settings.gpus:
            spec["runtime_class_name"] = self.runtime_class
        if self.images.pull_secrets:
            spec["image_pull_secrets"] = [{"name": name} for name in self.images.pull_secrets]
        return spec

    def _pull(self) -> list[ContainerArgsDict]:
        """Return the init containers that bring weights and adapters, and check both."""
        adapters = self.settings.adapters
        found: list[ContainerArgsDict] = []
        if not adapters and not is_pulled(self.weights):
            return found
        fetcher = self.images.reference("weights_fetcher")
        if self.store is not None and is_pulled(self.weights):
            found.append(pull_container(self.weights, self.store, fetcher))
        if adapters:
            found.append(adapters_container(adapters, self.store, fetcher))
        return found

    def _engine(self, secrets: GatewaySecrets, cache: CompileCache | None) -> ContainerArgsDict:
        gpus = {self.gpu_resource: str(self.settings.gpus)} if self.settings.gpus else {}
        memory = {"memory": f"{self.settings.memory_mib}Mi"}
        disk = self.settings.claim_on(self.weights_storage).pod.disk_gib
        key = secret_variable("VLLM_API_KEY", secrets.upstream, secrets.upstream_key)
        return {
            "name": "vllm",
            "image": self.engine_image,
            # The image's entrypoint has changed between versions; the command never does.
            "command": ["vllm"],
            "args": list(self.flags),
            "env": [*self._engine_environment(), key],
            "startup_probe": self._startup_probe(),
            "liveness_probe": liveness_probe(LIVE_PATH, HEALTH_PORT),
            "lifecycle": {"pre_stop": {"sleep": {"seconds": self.drain.endpoint_removal_seconds}}},
            "resources": {
                "requests": {
                    "cpu": f"{self.settings.cpu_millicores}m",
                    "ephemeral-storage": f"{disk}Gi",
                    **memory,
                    **gpus,
                },
                "limits": {**memory, **gpus},
            },
            "security_context": container_security(),
            "volume_mounts": [
                {"name": "weights", "mount_path": MODELS, "read_only": True},
                *adapter_mounts(self.settings.adapters, read_only=True),
                {"name": "home", "mount_path": _HOME},
                *([cache.mount] if cache else []),
                {"name": "tmp", "mount_path": "/tmp", "sub_path": "vllm"},  # noqa: S108 - emptyDir
                {"name": "shm", "mount_path": "/dev/shm"},  # noqa: S108 - emptyDir in memory
            ],
        }

    def _engine_environment(self) -> list[EnvVarArgsDict]:
        silence = switches_off(IMAGES["vllm"].software)
        threads = {} if self.settings.gpus else cpu_thread_variables(self.settings.cpu_millicores)
        # Without HOME and USER, PyTorch looks for a cache directory that it may not write.
        own = {"HOME": _HOME, "USER": ENGINE.user_name, "HF_HOME": f"{_HOME}/.cache/huggingface"}
        variables = {**own, **threads, **silence}
        return [{"name": name, "value": value} for name, value in variables.items()]

    def _startup_probe(self) -> ProbeArgsDict:
        """Return what lets a pod count as ready at all: served, and each model asked once."""
        budget = self.settings.startup_seconds
        served = startup_probe(READY_PATH, HEALTH_PORT, budget)
        if not self.settings.warm_up:
            return served
        return warm_up_probe(self.settings.model_names, self.settings.routes, budget) or served

    def _volumes(
        self,
        gateway_config: pulumi.Input[str],
        secrets: GatewaySecrets,
        cache: CompileCache | None,
    ) -> list[VolumeArgsDict]:
        pulled_from = self.store if self.settings.copies_from_store else None
        authority = authority_volumes(pulled_from) if pulled_from else []
        shared = f"{shared_memory_gib(self.settings.gpus)}Gi"
        return [
            *authority,
            *adapter_volumes(self.settings.adapters),
            *gateway_volumes(gateway_config, secrets),
            *([cache.volume] if cache else []),
            {"name": "home", "empty_dir": {"size_limit": f"{CACHE_GIB}Gi"}},
            {"name": "tmp", "empty_dir": {"size_limit": f"{TEMPORARY_GIB}Gi"}},
            {
                "name": "shm",
                # Workers exchange data through it; the default of 64 MiB stops them.
                "empty_dir": {"medium": "Memory", "size_limit": shared},
            },
        ]
