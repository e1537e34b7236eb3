"""What the KV cache of a plan holds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hoheit._sizing.architecture import LatentAttention
from hoheit._sizing.kv_cache import kv_cache
from hoheit._sizing.kv_layers import CacheSettings

from .refusals import refuse_block_size, refuse_latent, refuse_short_cache
from .shares import GIB

if TYPE_CHECKING:
    from hoheit_facts import EngineMemory

    from hoheit._sizing.activations import Step
    from hoheit._sizing.architecture import Architecture
    from hoheit._sizing.parallel import ParallelSizes
    from hoheit.memory_plan import MemoryPlan
    from hoheit.plan import ModelRequest

    from .model import Model

_STATE_DTYPE = "float32"


def gpu_cache_settings(request: ModelRequest, step: Step, kernel_block_size: int) -> CacheSettings:
    """Return how an engine on GPUs divides its cache.

    Raises:
        DoesNotFitError: if the attention kernel does not take the blocks that are set.
    """
    refuse_block_size(request.block_size, kernel_block_size)
    return CacheSettings(
        max_model_len=step.max_model_len,
        max_num_batched_tokens=step.tokens,
        block_size=request.block_size,
        kernel_block_size=kernel_block_size,
        dtype=request.dtype.value,
        kv_cache_dtype=request.kv_cache_dtype.value,
        num_gpu_blocks_override=request.num_gpu_blocks_override,
    )


def host_cache_settings(
    request: ModelRequest, architecture: Architecture, step: Step, facts: EngineMemory
) -> CacheSettings:
    """Return how the CPU build divides its cache (``CpuPlatform.check_and_update_config``).

    Steps never overlap there. Kernels for latent attention take blocks of one size, whatever is
    set, except on processors with AMX. States are in 32 bit on processors with AVX512-BF16; the
    larger format is assumed.

    Raises:
        DoesNotFitError: if there is no kernel for the attention of the model.
    """
    latent = [
        layer.cache
        for layer in architecture.cache_layers
        if isinstance(layer.cache, LatentAttention)
    ]
    block_size = request.block_size or facts.cpu_block_size_tokens
    if latent:
        refuse_latent(latent, facts.cpu_latent_block_size_tokens, request.version)
        block_size = facts.cpu_latent_block_size_tokens
    return CacheSettings(
        max_model_len=step.max_model_len,
        max_num_batched_tokens=step.tokens,
        block_size=block_size,
        kernel_block_size=facts.cpu_kernel_block_size_tokens,
        dtype=request.dtype.value,
        kv_cache_dtype=request.kv_cache_dtype.value,
        mamba_ssm_cache_dtype=_STATE_DTYPE,
        async_scheduling=False,
        num_gpu_blocks_override=request.num_gpu_blocks_override,
    )


def with_tokens(
    plan: MemoryPlan, model: Model, settings: CacheSettings, parallel: ParallelSizes
) -> MemoryPlan:
    """Return the plan with what its KV cache holds.

    Raises:
        DoesNotFitError: if that is less than one request of full length.
    """
    gib, error = plan.kv_cache.gib, plan.kv_cache.error_gib
    if gib is None:
        return plan
    cache = kv_cache(model.architecture, settings, parallel, int(gib * GIB), plan.version)
    if not cache.enough:
        refuse_short_cache(plan, cache, model.architecture, settings, parallel)
    counted = settings.num_gpu_blocks_override is not None
    least = 1.0 if counted else max(0.0, 1 - error / gib)
    return plan.model_copy(
        update={
            "kv_bytes_per_token": cache.bytes_per_token or None,
            "kv_bytes_per_request": cache.bytes_per_request,
            "kv_block_tokens": cache.block_size or None,
            "kv_blocks": cache.num_blocks,
            "kv_tokens": cache.tokens,
            "kv_tokens_at_least": int(cache.tokens * least),
            "max_concurrency": round(cache.max_concurrency, 2),
        }
    )
