"""Plans the memory of one replica before anything starts."""

from typing import Any, Self

from hoheit_facts import ENGINE, GPUS, Gpu, engine_memory
from pydantic import Field, model_validator

from ._args import Args
from ._plan.gpu import gpu_plan
from ._plan.host import host_plan
from ._plan.refusals import DoesNotFitError, TooLargeError, smaller_weights
from .engine import Dtype, KvCacheDtype
from .memory_plan import MemoryPlan

__all__ = [
    "DoesNotFitError",
    "GpuFit",
    "HostRequest",
    "PlanRequest",
    "fitting_gpus",
    "plan_gpu",
    "plan_host",
]

_COUNTS = (1, 2, 4, 8)


class ModelRequest(Args):
    """A model, and how it is to be served."""

    version: str = ENGINE.version
    """Release of vLLM; every one in ``hoheit_facts.ENGINE_MEMORY`` can be planned for."""
    repository: str | None = None
    """``organisation/name``: where ``config`` is not given, the catalogue knows some."""
    config: dict[str, Any] | None = None
    """Facts of the model's ``config.json``, as they stand there."""
    weights_gib: float | None = Field(default=None, gt=0)
    """Size of the whole model; computed from ``config`` where it is not given."""
    max_model_len: int | None = Field(default=None, gt=0)
    """Longest request in tokens; the model's own where None."""
    dtype: Dtype = Dtype.AUTO
    kv_cache_dtype: KvCacheDtype = KvCacheDtype.AUTO
    max_num_seqs: int | None = Field(default=None, gt=0)
    """Requests in one batch; the engine's own default where None."""
    max_num_batched_tokens: int | None = Field(default=None, gt=0)
    """Tokens in one step; the engine's own default where None."""
    block_size: int | None = Field(default=None, gt=0)
    """Tokens in one page of the KV cache; the engine's own choice where None."""
    num_gpu_blocks_override: int | None = Field(default=None, gt=0)
    """Blocks as the engine logged them, to see what they hold."""
    max_loras: int = Field(default=0, ge=0)
    """LoRA adapters in one batch; 0 without."""
    max_lora_rank: int = Field(default=16, gt=0)


class PlanRequest(ModelRequest):
    """One replica on GPUs of one kind."""

    gpu: Gpu
    gpus: int = Field(default=1, ge=1)
    """GPUs of the replica: tensor-parallel size times pipeline stages."""
    pipeline_parallel_size: int = Field(default=1, ge=1)
    gpu_memory_utilization: float | None = Field(default=None, gt=0, le=1)
    """Share of each GPU's memory that the engine may use; its own default where None."""
    enforce_eager: bool = False
    """No CUDA graphs."""
    total_memory_gib: float | None = Field(default=None, gt=0)
    """Memory of the GPU as CUDA names it, where it is known better than in the catalogue."""
    free_memory_gib: float | None = Field(default=None, gt=0)
    """What of it the engine finds free at its start, as it logs it."""

    @model_validator(mode="after")
    def _stages_divide_the_gpus(self) -> Self:
        if self.gpus % self.pipeline_parallel_size:
            raise ValueError(
                f"pipeline_parallel_size: {self.pipeline_parallel_size} stages do not divide "
                f"{self.gpus} GPUs; set gpus to a multiple of it"
            )
        return self

    @property
    def tensor_parallel_size(self) -> int:
        """GPUs over which each layer is divided."""
        return self.gpus // self.pipeline_parallel_size


class HostRequest(ModelRequest):
    """One replica without GPU, in the memory of its container."""

    memory_mib: int = Field(gt=0)
    cpu_kv_cache_gib: int = Field(gt=0)


class GpuFit(Args):
    """A GPU on which a model works out, and how many of them."""

    gpu: Gpu
    gpus: int
    plan: MemoryPlan


def plan_gpu(request: PlanRequest) -> MemoryPlan:
    """Return the plan of one replica on its GPUs.

    Raises:
        DoesNotFitError: beginning with the field that is wrong, with the numbers and the way out.
        ValueError: if the version or a field of ``config`` is not known.
    """
    try:
        return gpu_plan(request)
    except TooLargeError as error:
        ways = [
            *_more_of_the_gpu(request),
            *_gpus_that_would_do(request),
            *smaller_weights(request),
        ]
        advice = "; or ".join(ways) or "take a smaller model"
        raise DoesNotFitError(f"{error}; {advice}") from None


def plan_host(request: HostRequest) -> MemoryPlan:
    """Return the plan of one replica without GPU.

    Raises:
        DoesNotFitError: beginning with the field that is wrong, with the numbers and the way out.
    """
    return host_plan(request)


def fitting_gpus(request: PlanRequest) -> list[GpuFit]:
    """Return on which GPUs of the catalogue the model works out, least memory first.

    Of each kind the smallest of 1, 2, 4 and 8 GPUs; ``gpu`` and ``gpus`` of the request do not
    matter.
    """
    fits: list[GpuFit] = []
    for gpu in GPUS.values():
        for count in _COUNTS:
            if count % request.pipeline_parallel_size:
                continue
            asked = {"gpu": gpu, "gpus": count, "total_memory_gib": None, "free_memory_gib": None}
            try:
                plan = gpu_plan(request.model_copy(update=asked))
            except ValueError:
                continue
            if plan.kv_cache.gib is None:
                # The weights are not known, so nobody can say where they fit.
                return []
            fits.append(GpuFit(gpu=gpu, gpus=count, plan=plan))
            break
    return sorted(fits, key=lambda fit: (fit.gpus * fit.gpu.memory_mib, fit.gpus))


def _more_of_the_gpu(request: PlanRequest) -> list[str]:
    """Say whether these GPUs would do, if the engine had its usual share of them."""
    usual = engine_memory(request.version).default_gpu_memory_utilization
    if (request.gpu_memory_utilization or usual) >= usual:
        return []
    try:
        gpu_plan(request.model_copy(update={"gpu_memory_utilization": usual}))
    except DoesNotFitError:
        return []
    return [f"engine.gpu_memory_utilization: it fits at {usual:g}"]


def _gpus_that_would_do(request: PlanRequest) -> list[str]:
    fits = fitting_gpus(request)
    if not fits:
        return []
    named = ", ".join(f"{fit.gpus} x {fit.gpu.name}" for fit in fits[:4])
    return [f"gpus: it fits on {named}"]
