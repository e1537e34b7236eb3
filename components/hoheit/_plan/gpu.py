"""The plan of one replica on GPUs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hoheit_facts import engine_memory

from hoheit._sizing.activations import Step
from hoheit._sizing.kv_cache import kv_cache
from hoheit._sizing.kv_layers import CacheSettings, ParallelSizes
from hoheit.memory_plan import Basis, MemoryPlan, MemoryShare

from . import shares
from .model import Model, UnknownModel, model_of
from .refusals import (
    TooLargeError,
    refuse_busy_gpu,
    refuse_graphs,
    refuse_long_context,
    refuse_short_cache,
    refuse_split,
    warnings_of,
)

if TYPE_CHECKING:
    from hoheit_facts import EngineMemory

    from hoheit.plan import ModelRequest, PlanRequest

_HALF_BYTES = 2
_ENCODERS = ("vision_config", "audio_config")
"""Parts of a multimodal model whose memory nobody here computes."""


def gpu_plan(request: PlanRequest) -> MemoryPlan:
    """Return the plan.

    Raises:
        TooLargeError: if the model does not fit, whatever its context.
        DoesNotFitError: if something else of the request cannot be.
    """
    facts = engine_memory(request.version)
    model = model_of(request)
    parallel = ParallelSizes(
        tensor=request.tensor_parallel_size, pipeline=request.pipeline_parallel_size
    )
    length = max_model_len(request, model)
    if isinstance(model, Model):
        refuse_split(model.architecture, parallel)
    step = _step(request, model, facts, length)
    plan = _shared_out(request, model, facts, parallel, step)
    if isinstance(model, Model):
        settings = cache_settings(request, length, step.tokens)
        plan = with_tokens(plan, model, settings, parallel)
    return plan.model_copy(update={"warnings": warnings_of(plan, request, model, parallel)})


def max_model_len(request: ModelRequest, model: Model | UnknownModel) -> int:
    """Return the longest request in tokens.

    Raises:
        DoesNotFitError: if it is longer than the model's.
        ValueError: if nobody says it.
    """
    if isinstance(model, UnknownModel):
        if request.max_model_len is None:
            raise ValueError(
                f"max_model_len: required, because the model's own is not known: {model.reason}"
            )
        return request.max_model_len
    if request.max_model_len is not None:
        refuse_long_context(request.max_model_len, model.architecture)
        return request.max_model_len
    return model.architecture.max_model_len


def cache_settings(
    request: ModelRequest, length: int, tokens: int, block_size: int | None = None
) -> CacheSettings:
    """Return what the arithmetic of the KV cache wants to know."""
    return CacheSettings(
        max_model_len=length,
        max_num_batched_tokens=tokens,
        block_size=request.block_size or block_size,
        dtype=request.dtype.value,
        kv_cache_dtype=request.kv_cache_dtype.value,
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
    cache = kv_cache(model.architecture, settings, parallel, int(gib * shares.GIB), plan.version)
    if not cache.enough:
        refuse_short_cache(plan, cache, model.architecture, settings, parallel)
    counted = settings.num_gpu_blocks_override is not None
    least = 1.0 if counted else max(0.0, 1 - error / gib)
    return plan.model_copy(
        update={
            # Where every layer has a window, a context no longer than it costs as much per token.
            "kv_bytes_per_token": cache.bytes_per_token
            or cache.bytes_per_block // max(1, cache.block_size),
            "kv_block_tokens": cache.block_size,
            "kv_blocks": cache.num_blocks,
            "kv_tokens": cache.tokens,
            "kv_tokens_at_least": int(cache.tokens * least),
            "max_concurrency": round(cache.max_concurrency, 2),
        }
    )


def _step(
    request: PlanRequest, model: Model | UnknownModel, facts: EngineMemory, length: int
) -> Step:
    """Return the largest step: what is set, else the engine's defaults on this GPU."""
    defaults = facts.batch_for(request.gpu)
    requests = request.max_num_seqs or defaults.max_num_seqs
    tokens = request.max_num_batched_tokens or min(
        defaults.max_num_batched_tokens, requests * length
    )
    return Step(
        tokens=tokens,
        requests=min(requests, tokens),
        max_model_len=length,
        element_bytes=model.element_bytes if isinstance(model, Model) else _HALF_BYTES,
        tensor_parallel=request.tensor_parallel_size,
    )


def _shared_out(
    request: PlanRequest,
    model: Model | UnknownModel,
    facts: EngineMemory,
    parallel: ParallelSizes,
    step: Step,
) -> MemoryPlan:
    memory = shares.framebuffer(request)
    total = memory.gib or 0.0
    utilization = request.gpu_memory_utilization or facts.default_gpu_memory_utilization
    budget = MemoryShare(
        gib=total * utilization,
        basis=memory.basis,
        source=f"memory x gpu_memory_utilization {utilization:g}",
        error_gib=memory.error_gib * utilization,
    )
    refuse_busy_gpu(request, memory, budget, utilization)
    weights = shares.weights(request, model, parallel)
    graphs = shares.graphs(request, model, facts, step)
    taken = [
        weights,
        shares.adapters(request, model, parallel),
        shares.activations(model, facts, step),
        shares.other(parallel),
    ]
    inside = [*taken, graphs] if facts.graphs_in_budget else taken
    plan = MemoryPlan(
        device=request.gpu.name,
        gpus=request.gpus,
        version=request.version,
        model=model.source if isinstance(model, Model) else "unknown model",
        max_model_len=step.max_model_len,
        memory=memory,
        budget=budget,
        weights=weights,
        adapters=taken[1],
        activations=taken[2],
        other=taken[3],
        cuda_graphs=graphs,
        graphs_in_budget=facts.graphs_in_budget,
        kv_cache=rest(budget, inside),
        headroom=MemoryShare(
            gib=total * (1 - utilization),
            basis=memory.basis,
            source="memory outside the budget: CUDA context"
            + ("" if facts.graphs_in_budget else " and graphs"),
            error_gib=memory.error_gib * (1 - utilization),
        ),
        kv_bytes_per_token=None,
        kv_block_tokens=None,
        kv_blocks=None,
        kv_tokens=None,
        kv_tokens_at_least=None,
        max_concurrency=None,
        unknown=unknown_parts(model, [("weights", weights), ("adapters", taken[1])]),
    )
    left = plan.kv_cache.gib
    if left is not None and left <= 0:
        raise TooLargeError(plan)
    refuse_graphs(plan, utilization)
    return plan


def rest(budget: MemoryShare, inside: list[MemoryShare]) -> MemoryShare:
    """Return what the shares leave of a budget; at most that, where one is unknown."""
    if inside[0].gib is None:
        return MemoryShare(gib=None, basis=Basis.UNKNOWN, source="the weights are not known")
    open_ends = any(share.gib is None for share in inside)
    return MemoryShare(
        gib=(budget.gib or 0.0) - sum(share.gib or 0.0 for share in inside),
        basis=Basis.UNKNOWN if open_ends else Basis.DERIVED,
        source="at most: budget less what is known" if open_ends else "budget less the above",
        error_gib=budget.error_gib + sum(share.error_gib for share in inside),
    )


def unknown_parts(
    model: Model | UnknownModel, named: list[tuple[str, MemoryShare]]
) -> tuple[str, ...]:
    """Return what a plan cannot say."""
    lines = [f"{name}: {share.source}" for name, share in named if share.gib is None]
    if isinstance(model, UnknownModel):
        lines.append(f"activations, CUDA graphs and tokens of the KV cache: {model.reason}")
    else:
        lines += [
            f"{name}: its weights, where they are not declared, and its activations; where only "
            "text is served, --limit-mm-per-prompt leaves the latter out"
            for name in _ENCODERS
            if name in model.config
        ]
    return tuple(lines)
