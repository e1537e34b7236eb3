"""The plan of one replica on GPUs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hoheit_facts import engine_memory

from hoheit._sizing.kv_rules import kernel_block_size
from hoheit._sizing.parallel import ParallelSizes, check_split
from hoheit.memory_plan import Basis, MemoryPlan, MemoryShare

from . import shares
from .model import Model, UnknownModel, heading, model_of
from .refusals import (
    TooLargeError,
    refuse_busy_gpu,
    refuse_dtype,
    refuse_foreign_weights,
    refuse_graphs,
)
from .remarks import disagreement, narrow_room, unknown_parts
from .step import largest_step
from .tokens import gpu_cache_settings, with_tokens

if TYPE_CHECKING:
    from hoheit_facts import EngineMemory

    from hoheit._sizing.activations import Step
    from hoheit._sizing.kv_layers import CacheSettings
    from hoheit.plan import PlanRequest


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
    refuse_dtype(request)
    if isinstance(model, Model):
        check_split(model.architecture, parallel)
    defaults = facts.batch_for(request.gpu)
    step = largest_step(
        request,
        model,
        default_tokens=defaults.max_num_batched_tokens,
        default_requests=defaults.max_num_seqs,
        tensor_parallel=request.tensor_parallel_size,
    )
    computed = shares.computed_weights(model, parallel)
    if isinstance(model, Model):
        refuse_foreign_weights(request.weights_gib, computed, request.gpus, model.architecture)
    weights = shares.weights(request, computed, parallel)
    plan = _shared_out(request, model, facts, parallel, step, weights)
    if isinstance(model, Model):
        plan = with_tokens(plan, model, _cache_settings(request, model, step), parallel)
    warnings = (*narrow_room(plan), *disagreement(request, computed, parallel))
    return plan.model_copy(update={"warnings": warnings})


def _cache_settings(request: PlanRequest, model: Model, step: Step) -> CacheSettings:
    kernel = kernel_block_size(
        model.architecture,
        request.gpu.compute_capability,
        request.version,
        request.kv_cache_dtype.value,
    )
    return gpu_cache_settings(request, step, kernel)


def _shared_out(  # noqa: PLR0913, PLR0917 - what the calculation begins with
    request: PlanRequest,
    model: Model | UnknownModel,
    facts: EngineMemory,
    parallel: ParallelSizes,
    step: Step,
    weights: MemoryShare,
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
    adapters = shares.adapters(request, model, parallel)
    activations = shares.activations(model, facts, step)
    other = shares.other(parallel)
    graphs = shares.graphs(request, model, facts, step)
    taken = [weights, adapters, activations, other]
    inside = [*taken, graphs] if facts.graphs_in_budget else taken
    plan = MemoryPlan(
        device=request.gpu.name,
        gpus=request.gpus,
        version=request.version,
        model=heading(model, request.repository),
        max_model_len=step.max_model_len,
        memory=memory,
        budget=budget,
        weights=weights,
        adapters=adapters,
        activations=activations,
        other=other,
        cuda_graphs=graphs,
        graphs_in_budget=facts.graphs_in_budget,
        kv_cache=_rest(budget, inside),
        headroom=MemoryShare(
            gib=total * (1 - utilization),
            basis=memory.basis,
            source="memory outside the budget: CUDA context"
            + ("" if facts.graphs_in_budget else " and graphs"),
            error_gib=memory.error_gib * (1 - utilization),
        ),
        unknown=tuple(unknown_parts(model, weights, adapters)),
    )
    left = plan.kv_cache.gib
    if left is not None and left <= 0:
        raise TooLargeError(plan)
    refuse_graphs(plan, utilization)
    return plan


def _rest(budget: MemoryShare, inside: list[MemoryShare]) -> MemoryShare:
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
