"""What cannot start, with the numbers and the way out."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from hoheit_facts import OBSERVED_MEMORY, engine_memory

from hoheit._sizing.architecture import LatentAttention
from hoheit._sizing.kv_cache import longest_model_len
from hoheit._sizing.kv_layers import ParallelSizes

from .model import Model, UnknownModel, model_of, quantized
from .shares import GIB, computed_weights

if TYPE_CHECKING:
    from hoheit._sizing.architecture import Architecture
    from hoheit._sizing.kv_cache import KvCache
    from hoheit._sizing.kv_layers import CacheSettings
    from hoheit.memory_plan import MemoryPlan, MemoryShare
    from hoheit.plan import PlanRequest

_DISAGREEMENT = 0.25
"""Declared and computed weights that lie further apart speak of different models."""


class DoesNotFitError(ValueError):
    """The model cannot start as it is asked for."""


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


def smaller_weights(request: PlanRequest) -> list[str]:
    """Say whether the model would fit with fewer bits per weight."""
    model = model_of(request)
    parallel = ParallelSizes(
        tensor=request.tensor_parallel_size, pipeline=request.pipeline_parallel_size
    )
    if isinstance(model, UnknownModel) or model.architecture.quantization is not None:
        return []
    facts = engine_memory(request.version)
    utilization = request.gpu_memory_utilization or facts.default_gpu_memory_utilization
    budget = request.gpu.memory_mib / 1024 * utilization
    for bits in (8, 4):
        share = computed_weights(quantized(model, bits), parallel)
        if share is not None and (share.gib or 0.0) < budget:
            return [
                f"weights: quantised to {bits} bit they take {share.gib:.2f} GiB on each "
                f"{request.gpu.name}"
            ]
    return []


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
    if asked > free:
        raise DoesNotFitError(
            f"engine.gpu_memory_utilization: {utilization:g} of {total:.2f} GiB is {asked:.2f} "
            f"GiB, but only {free:.2f} GiB are free when the engine starts; set "
            f"{_floored(free / total):g} or less"
        )


def refuse_split(architecture: Architecture, parallel: ParallelSizes) -> None:
    """Refuse numbers of GPUs among which vLLM cannot divide the model.

    Raises:
        DoesNotFitError: as ``ModelConfig.verify_with_parallel_config`` and the attention layers
            would.
    """
    heads, keys, gpus = architecture.num_attention_heads, architecture.num_kv_heads, parallel.tensor
    if heads and heads % gpus:
        fits = [str(count) for count in range(1, 9) if heads % count == 0]
        raise DoesNotFitError(
            f"gpus: {gpus} do not divide the {heads} attention heads of the model; "
            f"tensor-parallel sizes that do: {', '.join(fits)}"
        )
    latent = any(isinstance(entry.cache, LatentAttention) for entry in architecture.cache_layers)
    if keys and not latent and max(keys, gpus) % min(keys, gpus):
        raise DoesNotFitError(
            f"gpus: {gpus} do not divide the {keys} KV heads of the model, and are no multiple of "
            "them; take 1, 2, 4 or 8 as fits"
        )
    if parallel.pipeline > architecture.num_hidden_layers:
        raise DoesNotFitError(
            f"engine.pipeline_parallel_size: {parallel.pipeline} stages, but the model has "
            f"{architecture.num_hidden_layers} layers; take fewer"
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
    gib = plan.kv_cache.gib or 0.0
    available = int(gib * GIB)
    longest = longest_model_len(architecture, settings, parallel, available, plan.version)
    raise DoesNotFitError(
        f"engine.max_model_len: one request of {settings.max_model_len} tokens needs "
        f"{cache.needed_bytes / GIB:.2f} GiB of KV cache, but there are {gib:.2f} GiB; set "
        f"{longest} or less, or take more GPU memory, or engine.kv_cache_dtype: fp8"
    )


def warnings_of(
    plan: MemoryPlan, request: PlanRequest, model: Model | UnknownModel, parallel: ParallelSizes
) -> tuple[str, ...]:
    """Return what may go wrong although the plan works out."""
    return (*_narrow(plan), *_disagreement(request, model, parallel))


def _narrow(plan: MemoryPlan) -> list[str]:
    lines: list[str] = []
    graphs, headroom = plan.cuda_graphs, plan.headroom.gib or 0.0
    if not plan.graphs_in_budget and graphs.gib:
        least = headroom - graphs.gib - graphs.error_gib
        if least < OBSERVED_MEMORY.cuda_context_gib:
            lines.append(
                f"engine.gpu_memory_utilization: CUDA graphs may leave {least:.2f} GiB for the "
                f"CUDA context, which takes {OBSERVED_MEMORY.cuda_context_gib} GiB at least; lower "
                "it"
            )
    least_tokens = plan.kv_tokens_at_least
    if least_tokens is not None and least_tokens < plan.max_model_len:
        lines.append(
            f"engine.max_model_len: within the error of this plan the KV cache may hold only "
            f"{least_tokens} tokens"
        )
    return lines


def _disagreement(
    request: PlanRequest, model: Model | UnknownModel, parallel: ParallelSizes
) -> list[str]:
    computed = computed_weights(model, parallel)
    if request.weights_gib is None or computed is None or not computed.gib:
        return []
    declared = request.weights_gib / request.gpus
    if abs(declared - computed.gib) <= _DISAGREEMENT * computed.gib:
        return []
    return [
        f"weights.size_gib: {declared:.2f} GiB per GPU, but weights.config describes "
        f"{computed.gib:.2f} GiB; is it the configuration of these weights, with its "
        "quantization_config?"
    ]


def _floored(share: float) -> float:
    """Return a share of memory with two digits, none of them rounded up: it is a limit."""
    return math.floor(share * 100) / 100
