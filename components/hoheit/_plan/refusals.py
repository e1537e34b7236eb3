"""What cannot start, with the numbers and the way out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hoheit_facts import OBSERVED_MEMORY

from hoheit._sizing.errors import CannotBeError, DoesNotFitError
from hoheit._sizing.kv_cache import longest_model_len
from hoheit.engine import Dtype

from .shares import GIB

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hoheit._sizing.architecture import Architecture, LatentAttention
    from hoheit._sizing.kv_cache import KvCache
    from hoheit._sizing.kv_layers import CacheSettings
    from hoheit._sizing.parallel import ParallelSizes
    from hoheit.memory_plan import MemoryPlan, MemoryShare
    from hoheit.plan import PlanRequest


_FIRST_WITH_BFLOAT16 = 8
_LEAST_SHARE = 0.5
_LARGEST_KERNEL_BLOCK = 256
"""Tokens; some kernels take no smaller block, however short the requests are."""


class TooLargeError(DoesNotFitError):
    """The model does not fit on this many GPUs of this kind."""

    def __init__(self, plan: MemoryPlan) -> None:
        """Say what the model takes and what there is.

        Args:
            plan: that leaves nothing for a KV cache.
        """
        taken = (plan.budget.gib or 0.0) - (plan.kv_cache.gib or 0.0)
        super().__init__(
            f"weights: {plan.weights.gib:.2f} GiB on each {plan.device}, {taken:.2f} GiB with all "
            f"that the engine takes beside them, but it may use {plan.budget.gib:.2f} GiB of "
            f"{plan.memory.gib:.2f} GiB"
        )


def refuse_busy_gpu(
    request: PlanRequest, memory: MemoryShare, budget: MemoryShare, utilization: float
) -> None:
    """Refuse a budget that the engine itself refuses at its start.

    Raises:
        DoesNotFitError: if less is free than the engine asks for.
    """
    total, asked = memory.gib or 0.0, budget.gib or 0.0
    free = request.free_memory_gib
    if free is None:
        free = total - OBSERVED_MEMORY.cuda_context_gib
    elif free > total + memory.error_gib:
        raise CannotBeError(
            f"free_memory_gib: {free:g} GiB, but the GPU has {total:.2f} GiB; lower it, or state "
            "total_memory_gib"
        )
    if asked > free:
        raise DoesNotFitError(
            f"engine.gpu_memory_utilization: {utilization:g} of {total:.2f} GiB is {asked:.2f} "
            f"GiB, but only {free:.2f} GiB are free when the engine starts; set "
            f"{_floored(free / total):g} or less"
        )


def refuse_long_context(length: int, architecture: Architecture) -> None:
    """Refuse requests that are longer than the model was made for.

    Raises:
        DoesNotFitError: if they are.
    """
    if length > architecture.max_model_len:
        raise DoesNotFitError(
            f"engine.max_model_len: {length} tokens, but the model was made for "
            f"{architecture.max_model_len}; lower it, or state the scaling of its positions in "
            "weights.config (rope_scaling, or rope_parameters in newer models)"
        )


def refuse_graphs(plan: MemoryPlan, utilization: float) -> None:
    """Refuse a budget beside which the CUDA graphs may not find room.

    Raises:
        DoesNotFitError: if the version takes them from what the budget leaves, and that is less
            than the estimate with its error.
    """
    graphs, total, headroom = plan.cuda_graphs, plan.memory.gib or 0.0, plan.headroom.gib or 0.0
    if plan.graphs_in_budget or not graphs.gib:
        return
    most = graphs.gib + graphs.error_gib
    if headroom < most:
        highest = _floored(1 - most / total)
        raise DoesNotFitError(
            f"engine.gpu_memory_utilization: {utilization:g} leaves {headroom:.2f} GiB of "
            f"{total:.2f} GiB, but vLLM {plan.version} captures CUDA graphs outside its budget: "
            f"about {graphs.gib:.2f} GiB, up to {most:.2f} GiB within the error of the estimate; "
            f"set {highest:g} or less, or engine.enforce_eager"
        )


def refuse_short_cache(
    plan: MemoryPlan,
    cache: KvCache,
    architecture: Architecture,
    settings: CacheSettings,
    parallel: ParallelSizes,
) -> None:
    """Refuse a KV cache that does not hold one request of full length.

    Raises:
        DoesNotFitError: with the length that would fit.
    """
    request = f"one request of {settings.max_model_len} tokens"
    if settings.num_gpu_blocks_override is not None:
        raise DoesNotFitError(
            f"num_gpu_blocks_override: {cache.num_blocks} blocks of {cache.block_size} tokens, but "
            f"{request} needs {-(-cache.needed_bytes // cache.bytes_per_block)}"
        )
    gib = plan.kv_cache.gib or 0.0
    available = int(gib * GIB)
    longest = longest_model_len(architecture, settings, parallel, available, plan.version)
    shorter = f"set {longest} or less, or " if longest else ""
    raise DoesNotFitError(
        f"engine.max_model_len: {request} needs {cache.needed_bytes / GIB:.2f} GiB of KV cache, "
        f"but there are {gib:.2f} GiB; {shorter}take more GPU memory, or 8 bit for each element "
        "(engine.kv_cache_dtype)"
    )


def refuse_block_size(block_size: int | None, kernel_block_size: int) -> None:
    """Refuse blocks that the attention kernel cannot divide into its own.

    Raises:
        CannotBeError: if it cannot.
    """
    if block_size is not None and block_size % kernel_block_size:
        raise CannotBeError(
            f"engine.block_size: {block_size} tokens, but the attention kernel takes multiples of "
            f"{kernel_block_size}; set one, or leave it out"
        )


def refuse_large_blocks(block_size: int | None, max_model_len: int) -> None:
    """Refuse blocks of which even the longest request fills only a part of the first.

    Raises:
        CannotBeError: if it does, and no kernel asks for such blocks.
    """
    if block_size is not None and block_size > max(max_model_len, _LARGEST_KERNEL_BLOCK):
        raise CannotBeError(
            f"engine.block_size: {block_size} tokens, but the longest request has "
            f"{max_model_len}; set less, or leave it out"
        )


def refuse_full_step(tokens: int | None, requests: int | None) -> None:
    """Refuse steps with more requests than tokens, as ``SchedulerConfig`` does.

    Raises:
        CannotBeError: if both are set, and there are more.
    """
    if tokens is not None and requests is not None and tokens < requests:
        raise CannotBeError(
            f"engine.max_num_batched_tokens: {tokens} tokens in a step, but "
            f"engine.max_num_seqs lets {requests} requests into it, and each needs one; set "
            f"{requests} or more, or fewer requests"
        )


def refuse_foreign_weights(
    declared: float | None, computed: MemoryShare | None, gpus: int, architecture: Architecture
) -> None:
    """Refuse declared weights that are far too few for a model whose bits are stated.

    Of a model that says nothing of its bits, another quantisation explains the difference.

    Raises:
        CannotBeError: if they are.
    """
    if declared is None or computed is None or architecture.quantization is None:
        return
    described = (computed.gib or 0.0) * gpus
    if declared < _LEAST_SHARE * described:
        raise CannotBeError(
            f"weights.size_gib: {declared:.2f} GiB, but weights.config describes "
            f"{described:.2f} GiB; one of the two is of another model: mend it, or leave "
            "weights.size_gib out"
        )


def refuse_dtype(request: PlanRequest) -> None:
    """Refuse a format that the GPU has no instructions for (``check_if_supports_dtype``).

    Raises:
        CannotBeError: if it has none.
    """
    gpu = request.gpu
    generation = int(gpu.compute_capability.split(".")[0])
    if request.dtype is Dtype.BFLOAT16 and generation < _FIRST_WITH_BFLOAT16:
        raise CannotBeError(
            f"engine.dtype: bfloat16 needs a GPU of compute capability 8.0 or more, and {gpu.name} "
            f"has {gpu.compute_capability}; set float16, or leave it out"
        )


def refuse_latent(caches: Sequence[LatentAttention], block_size: int | None, version: str) -> None:
    """Refuse latent attention that the CPU build has no kernel for.

    Raises:
        DoesNotFitError: if it has none.
    """
    if block_size is None or any(cache.sparse for cache in caches):
        raise DoesNotFitError(
            f"gpus: vLLM {version} does not serve the latent attention of this model without a "
            "GPU; set gpus, and take a pool that has them"
        )


def _floored(share: float) -> float:
    """Return a share in hundredths that is no larger."""
    return int(share * 100) / 100
