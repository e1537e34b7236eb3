"""What a model service is told about its model, in plain values."""

from typing import Self

from hoheit_facts import IMAGE_SIZES, Gpu
from pydantic import Field, model_validator

from ._args import Args
from ._autoscaling import Scaler, scaler_for
from ._lora import is_copied
from ._lora_check import check_place
from ._plan.requests import gpu_request, host_request
from ._pod_room import server_room
from ._settings_check import check_settings
from ._startup import Startup
from ._weights import check_source, is_pulled
from .api_key import DEFAULT_KEYS, ApiKey
from .autoscaling import Autoscaling
from .capabilities import Capabilities, StorageChoice
from .capacity import Claim
from .engine import EngineSettings
from .lora import LoraAdapter
from .memory_plan import MemoryPlan
from .model_weights import Hub, ModelWeights
from .network import Peer
from .plan import plan_gpu, plan_host
from .router_settings import RouterMode, RouterSettings, RoutingPolicy
from .service_level import Objectives

_DAY = 86_400
"""Seconds; what takes longer than a day is a mistake in a number."""
_FASTEST = 1_000_000
"""MiB/s of a volume or a store, far beyond what a node's memory gives."""


class VllmSettings(Args):
    """What to serve, in plain values that are known in preview."""

    weights: ModelWeights
    engine: EngineSettings
    served_model_name: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._:/@+-]{0,99}$")
    """The ``model`` that clients send."""
    adapters: tuple[LoraAdapter, ...] = ()
    """LoRA adapters, each a ``model`` of its own on the same weights. They are loaded at start; a
    changed list is a rolling change."""
    max_loras: int | None = Field(default=None, ge=1)
    """Different adapters in one batch; requests for further ones wait. None lets all of them in.
    Each takes GPU memory for the largest rank."""
    gpus: int = Field(default=1, ge=0, le=8)
    """GPUs of one replica on one node, tensor times pipeline parallel. 0 runs the engine's CPU
    build, for a trial on a pool without GPUs."""
    replicas: int = Field(default=1, ge=1, le=1000)
    """Pods that serve; with ``autoscaling``, leave it out."""
    autoscaling: Autoscaling | None = None
    """Pods by the queue in place of ``replicas``; only where the cluster states who scales."""
    surge: int = Field(default=0, ge=0, le=1000)
    """Pods beyond ``replicas`` during a rolling change; each needs free GPUs. With 0, an old pod
    goes before its successor comes, and a single replica has an interruption."""
    cpu_millicores: int = Field(default=3000, ge=500, le=1_000_000)
    """CPU of one server container; allocatable of the node is what counts, not its size."""
    memory_mib: int = Field(default=12288, ge=1024, le=16_777_216)
    """Memory of one server container in MiB, request and limit, shared memory included."""
    idle_timeout_seconds: int = Field(default=300, gt=0, le=_DAY)
    """Longest silence within a request: of the engine before a token, or of the client."""
    drain_seconds: int = Field(default=300, gt=0, le=_DAY)
    """How long a stopping pod lets running requests finish. Set it to the longest answer that you
    expect: what takes longer is cut off by a rolling change."""
    max_body_mib: int = Field(default=8, ge=1, le=4096)
    """Largest request body in MiB."""
    startup_budget_seconds: int | None = Field(default=None, ge=60, le=7 * _DAY)
    """From container start to the first answer: load, compile, capture graphs, warm up. None
    computes it from the size of the weights, and less than that is refused."""
    weights_read_mib_per_second: int = Field(default=125, ge=1, le=_FASTEST)
    """How fast the engine reads the weights from their volume, in MiB/s; the default is the
    baseline of an AWS gp3 volume (Amazon EBS User Guide)."""
    weights_copy_mib_per_second: int = Field(default=50, ge=1, le=_FASTEST)
    """How fast a pod copies them out of the object store before that; 140 GB in 2,319 s from S3 is
    what KServe published of one machine (docs/samples/storage/oci-image-volume)."""
    warm_up: bool = True
    """Ask every model name once before a pod is ready, so that no client waits for kernels that
    the first request compiles."""
    objectives: Objectives | None = None
    """How fast the service means to be; monitoring tells when its error budget burns."""
    routes: tuple[str, ...] = Field(
        default=("/v1/completions", "/v1/chat/completions"), min_length=1
    )
    """Paths that clients may POST to; beside GET ``/v1/models`` nothing else reaches the engine."""
    api_keys: tuple[ApiKey, ...] = Field(default=DEFAULT_KEYS, min_length=1)
    """Keys of the clients, each with a name. A change restarts nothing."""
    router: RouterSettings = RouterSettings()
    """What spreads requests over the replicas."""
    clients: tuple[Peer, ...] = ()
    """Who may call the API. Nobody else in the cluster reaches it."""
    scrapers: tuple[Peer, ...] = ()
    """Who may read metrics."""

    @property
    def model_names(self) -> tuple[str, ...]:
        """What ``/v1/models`` lists."""
        return (self.served_model_name, *(adapter.name for adapter in self.adapters))

    @property
    def adapter_slots(self) -> int:
        """Different adapters in one batch, never more than there are requests in it."""
        most = min(len(self.adapters), self.engine.max_num_seqs or len(self.adapters))
        return self.max_loras or most

    @property
    def copies_from_store(self) -> bool:
        """Whether server pods copy anything out of the object store before they start."""
        return is_pulled(self.weights) or any(is_copied(adapter) for adapter in self.adapters)

    @property
    def routed(self) -> bool:
        """Whether a router stands in front of the replicas."""
        if self.router.mode is RouterMode.AUTO:
            return self.most_replicas > 1 or self.may_sleep
        return self.router.mode is RouterMode.ON

    @property
    def asked_for_tokens(self) -> bool:
        """Whether a router has the servers turn every prompt into tokens, to choose by it."""
        return self.routed and self.router.policy is RoutingPolicy.CACHE_AWARE

    @property
    def most_pods(self) -> int:
        """The largest number of server pods at a time."""
        return self.most_replicas + self.surge

    def claim_on(self, storage: StorageChoice) -> Claim:
        """Return what the service takes from its pool, with weights on such a volume."""
        pod = server_room(
            self.weights,
            storage=storage,
            adapters=self.adapters,
            gpus=self.gpus,
            cpu_millicores=self.cpu_millicores,
            memory_mib=self.memory_mib,
        )
        image = "vllm" if self.gpus else "vllm_cpu"
        return Claim(
            pod=pod,
            replicas=self.most_replicas,
            surge=self.surge,
            images={image: IMAGE_SIZES[image].unpacked_gib},
            keeps_running=not self.may_sleep,
        )

    @property
    def most_replicas(self) -> int:
        """How many pods there can be, those of a rolling change left aside."""
        return self.autoscaling.max_replicas if self.autoscaling else self.replicas

    @property
    def may_sleep(self) -> bool:
        """Whether there may be no pod at all."""
        return self.autoscaling is not None and self.autoscaling.min_replicas == 0

    @property
    def startup(self) -> Startup:
        """How long a start takes."""
        copied = self.weights_copy_mib_per_second if is_pulled(self.weights) else None
        names = len(self.model_names)
        return Startup(
            weights_gib=self.weights.size_gib,
            read_mib_per_second=self.weights_read_mib_per_second,
            copy_mib_per_second=copied,
            lora=names > 1,
            model_names=names if self.warm_up else 0,
        )

    @property
    def startup_seconds(self) -> int:
        """How long the startup probe waits."""
        return self.startup.budget_seconds(self.startup_budget_seconds)

    @property
    def image_fields(self) -> tuple[str, ...]:
        """The fields of ``Images`` that a server pod runs."""
        pulled = ("weights_fetcher",) if self.adapters or is_pulled(self.weights) else ()
        router = ("router",) if self.routed else ()
        return ("vllm" if self.gpus else "vllm_cpu", "gateway", *pulled, *router)

    def check_means(self, bucket: str | None, hub: Hub | None) -> None:
        """Tell whether the weights can reach a server pod with the means of an environment.

        Args:
            bucket: The environment's bucket; None where it has no object store.
            hub: Where repositories come from.

        Raises:
            ValueError: beginning with the field that asks for what is not there.
        """
        check_source(self.weights, bucket, hub=hub is not None)
        check_place(self.adapters, bucket, hub=hub is not None)

    def scaler(self, offered: Capabilities) -> Scaler | None:
        """Return who changes the number of pods; None where it is fixed.

        Raises:
            ValueError: beginning with the field that asks for what the cluster has not.
        """
        if self.autoscaling is None:
            return None
        return scaler_for(self.autoscaling, offered, router=self.routed)

    def plan_for(self, gpu: Gpu | None) -> MemoryPlan:
        """Return the memory plan of one replica on the nodes of a pool.

        Raises:
            ValueError: beginning with the field that is wrong there.
        """
        if gpu is None and self.gpus:
            raise ValueError(f"gpus: {self.gpus}, but the pool's nodes have none; set gpus: 0")
        if gpu is not None and not self.gpus:
            raise ValueError(f"gpus: 0, but the pool has {gpu.name}; set gpus, or take a CPU pool")
        if gpu is None:
            return plan_host(host_request(self))
        return plan_gpu(gpu_request(self, gpu))

    @model_validator(mode="after")
    def _fields_agree(self) -> Self:
        check_settings(self)
        return self
