"""What the settings of a service ask of a plan."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hoheit._lora_ranks import reserved_rank
from hoheit.plan import HostRequest, PlanRequest

if TYPE_CHECKING:
    from hoheit_facts import Gpu

    from hoheit.vllm_settings import VllmSettings


def gpu_request(settings: VllmSettings, gpu: Gpu) -> PlanRequest:
    """Return the request for one replica on GPUs."""
    engine = settings.engine
    return PlanRequest(
        **_model(settings),
        gpu=gpu,
        gpus=settings.gpus,
        pipeline_parallel_size=engine.pipeline_parallel_size,
        gpu_memory_utilization=engine.gpu_memory_utilization,
        enforce_eager=engine.enforce_eager,
    )


def host_request(settings: VllmSettings) -> HostRequest:
    """Return the request for one replica without GPU."""
    return HostRequest(
        **_model(settings),
        memory_mib=settings.memory_mib,
        cpu_kv_cache_gib=settings.engine.cpu_kv_cache_gib or 1,
    )


def _model(settings: VllmSettings) -> dict[str, Any]:
    weights, engine = settings.weights, settings.engine
    ranks = [reserved_rank(adapter.rank) for adapter in settings.adapters]
    return {
        "version": engine.version,
        "repository": weights.repository or weights.copy_of,
        "config": weights.config,
        "weights_gib": weights.size_gib,
        "max_model_len": engine.max_model_len,
        "dtype": engine.dtype,
        "kv_cache_dtype": engine.kv_cache_dtype,
        "max_num_seqs": engine.max_num_seqs,
        "max_num_batched_tokens": engine.max_num_batched_tokens,
        "block_size": engine.block_size,
        "max_loras": settings.adapter_slots,
        "max_lora_rank": max(ranks, default=16),
    }
