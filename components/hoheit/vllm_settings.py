"""What a model service is told about its model, in plain values."""

from typing import Self

from hoheit_facts import ENGINE, Gpu
from pydantic import Field, model_validator

from ._args import Args
from ._pod_room import server_room
from ._weights import is_pulled
from .capacity import Claim
from .engine import EngineSettings
from .model_weights import Hub, ModelWeights, WeightsSource
from .network import Peer
from .plan import MemoryPlan, plan_host_memory, plan_memory


class VllmSettings(Args):
    """What to serve, in plain values that are known in preview."""

    weights: ModelWeights
    engine: EngineSettings
    served_model_name: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._:/@+-]{0,99}$")
    """The ``model`` that clients send."""
    gpus: int = Field(default=1, ge=0, le=8)
    """GPUs of one replica on one node; also the tensor-parallel size. 0 runs the engine's CPU
    build, for a trial on a pool without GPUs."""
    replicas: int = Field(default=1, ge=1)
    surge: int = Field(default=0, ge=0)
    """Pods beyond ``replicas`` during a rolling change; each needs free GPUs. With 0, an old pod
    goes before its successor comes, and a single replica has an interruption."""
    cpu_millicores: int = Field(default=3000, ge=500)
    """CPU of one server container; allocatable of the node is what counts, not its size."""
    memory_mib: int = Field(default=12288, ge=1024)
    """Memory of one server container in MiB, request and limit, shared memory included."""
    idle_timeout_seconds: int = Field(default=300, gt=0)
    """Longest silence within a request: of the engine before a token, or of the client."""
    drain_seconds: int = Field(default=300, gt=0)
    """How long a stopping pod lets running requests finish. Set it to the longest answer that you
    expect: what takes longer is cut off by a rolling change."""
    max_body_mib: int = Field(default=8, ge=1)
    """Largest request body in MiB."""
    startup_budget_seconds: int = Field(default=3600, ge=60)
    """From container start to the first answer: load, compile, capture graphs."""
    routes: tuple[str, ...] = Field(
        default=("/v1/completions", "/v1/chat/completions"), min_length=1
    )
    """Paths that clients may POST to; beside GET ``/v1/models`` nothing else reaches the engine."""
    clients: tuple[Peer, ...] = ()
    """Who may call the API. Nobody else in the cluster reaches it."""
    scrapers: tuple[Peer, ...] = ()
    """Who may read metrics."""

    @property
    def claim(self) -> Claim:
        """What the service takes from its pool."""
        pod = server_room(
            self.weights,
            gpus=self.gpus,
            cpu_millicores=self.cpu_millicores,
            memory_mib=self.memory_mib,
        )
        return Claim(pod=pod, replicas=self.replicas, surge=self.surge)

    @property
    def image_fields(self) -> tuple[str, ...]:
        """The fields of ``Images`` that a server pod runs."""
        pulled = ("weights_fetcher",) if is_pulled(self.weights) else ()
        return ("vllm" if self.gpus else "vllm_cpu", "gateway", *pulled)

    def check_means(self, bucket: str | None, hub: Hub | None) -> None:
        """Tell whether the weights can reach a server pod with the means of an environment.

        Args:
            bucket: The environment's bucket; None where it has no object store.
            hub: Where repositories come from.

        Raises:
            ValueError: beginning with the field that asks for what is not there.
        """
        source = self.weights.source
        if source in (WeightsSource.HUB, WeightsSource.S3) and bucket is None:
            raise ValueError("weights: server pods take these from object_store, which is missing")
        if source is WeightsSource.HUB and hub is None:
            raise ValueError("weights.repository: fetched from hub, which is missing")
        inside = f"s3://{bucket}/"
        if source is WeightsSource.S3 and not (self.weights.uri or "").startswith(inside):
            raise ValueError(f"weights.uri: must lie in the object store's bucket, {inside}")

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
            return plan_host_memory(self.weights, self.engine, self.memory_mib)
        return plan_memory(self.weights, self.engine, gpu, self.gpus)

    @model_validator(mode="after")
    def _a_cpu_has_a_cache_of_its_own(self) -> Self:
        if (self.gpus == 0) != (self.engine.cpu_kv_cache_gib is not None):
            raise ValueError(
                "engine.cpu_kv_cache_gib: goes with gpus: 0, and is required there; GiB of host "
                "memory for the KV cache"
            )
        return self

    @model_validator(mode="after")
    def _routes_are_inference_routes(self) -> Self:
        known = ENGINE.inference_paths
        if unknown := [path for path in self.routes if path not in known]:
            raise ValueError(f"routes: {', '.join(unknown)}; allowed: {', '.join(known)}")
        return self

    @model_validator(mode="after")
    def _callers_have_no_port(self) -> Self:
        for field, peers in (("clients", self.clients), ("scrapers", self.scrapers)):
            for index, peer in enumerate(peers):
                if peer.port is not None:
                    raise ValueError(
                        f"{field}[{index}].port: leave it out; it is the gateway's port that opens"
                    )
        return self

    @model_validator(mode="after")
    def _gpus_divide_the_heads(self) -> Self:
        architecture = self.weights.architecture
        if architecture and self.gpus > 1:
            larger, smaller = sorted((architecture.kv_heads, self.gpus), reverse=True)
            if larger % smaller:
                raise ValueError(
                    f"gpus: {self.gpus} does not divide the model's {architecture.kv_heads} "
                    "KV heads; take 1, 2, 4 or 8 as fits"
                )
        return self
