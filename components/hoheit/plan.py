"""Plans the memory of one replica before anything starts."""

from typing import Any, Self

from hoheit_facts import ENGINE, Gpu
from pydantic import Field, field_validator, model_validator

from ._args import Args
from ._lora_ranks import RANKS
from ._plan.fitting import fits, ways_out
from ._plan.gpu import gpu_plan
from ._plan.host import host_plan
from ._plan.refusals import TooLargeError
from ._sizing.errors import CannotBeError, DoesNotFitError
from .engine import Dtype, KvCacheDtype
from .memory_plan import GpuFit, MemoryPlan

__all__ = [
    "CannotBeError",
    "DoesNotFitError",
    "GpuFit",
    "HostRequest",
    "PlanRequest",
    "fitting_gpus",
    "plan_gpu",
    "plan_host",
]


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
    max_lora_rank: int = 16

    @field_validator("max_lora_rank")
    @classmethod
    def _engine_knows_the_rank(cls, rank: int) -> int:
        if rank not in RANKS:
            known = ", ".join(map(str, RANKS))
            raise ValueError(f"{rank} is no rank that vLLM makes room for; one of {known}")
        return rank


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


def plan_gpu(request: PlanRequest) -> MemoryPlan:
    """Return the plan of one replica on its GPUs.

    Raises:
        DoesNotFitError: beginning with the field that is wrong, with the numbers and the way out.
        ValueError: if the version or a field of ``config`` is not known.
    """
    try:
        return gpu_plan(request)
    except TooLargeError as error:
        advice = "; or ".join(ways_out(request)) or "take a smaller model"
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

    Raises:
        ValueError: if the version or a field of ``config`` is not known.
    """
    return fits(request)
