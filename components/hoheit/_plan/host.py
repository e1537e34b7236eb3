"""The plan of one replica without GPU, in the memory of its container."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hoheit_facts import OBSERVED_MEMORY, engine_memory

from hoheit._pod_room import shared_memory_gib
from hoheit._sizing.errors import DoesNotFitError
from hoheit._sizing.parallel import ParallelSizes
from hoheit.memory_plan import Basis, MemoryPlan, MemoryShare

from . import shares
from .model import Model, heading, model_of
from .refusals import refuse_foreign_weights
from .remarks import disagreement, unknown_parts, unknown_processor
from .step import largest_step
from .tokens import host_cache_settings, with_tokens

if TYPE_CHECKING:
    from hoheit_facts import EngineMemory

    from hoheit._sizing.activations import Step
    from hoheit.plan import HostRequest

    from .model import UnknownModel

_SHARED_MEMORY_GIB = shared_memory_gib(gpus=0)
"""Of /dev/shm in a server pod; what is written there counts against the container's limit."""
_MIB_PER_GIB = 1024
_ONE = ParallelSizes()


def host_plan(request: HostRequest) -> MemoryPlan:
    """Return the plan.

    Raises:
        DoesNotFitError: if weights, KV cache and the processes themselves exceed the limit, or the
            KV cache does not hold one request of full length.
    """
    facts = engine_memory(request.version)
    model = model_of(request)
    step = largest_step(
        request,
        model,
        default_tokens=facts.cpu_max_num_batched_tokens,
        default_requests=facts.cpu_max_num_seqs,
    )
    computed = shares.computed_weights(model, _ONE)
    weights = shares.weights(request, computed, _ONE)
    plan = _shared_out(request, model, facts, step, weights)
    _refuse_small_container(plan)
    if isinstance(model, Model):
        settings = host_cache_settings(request, model.architecture, step, facts)
        plan = with_tokens(plan, model, settings, _ONE)
        refuse_foreign_weights(request.weights_gib, computed, 1, model.architecture)
    warnings = (*plan.warnings, *disagreement(request, computed, _ONE))
    return plan.model_copy(update={"warnings": warnings})


def _shared_out(
    request: HostRequest,
    model: Model | UnknownModel,
    facts: EngineMemory,
    step: Step,
    weights: MemoryShare,
) -> MemoryPlan:
    memory = request.memory_mib / _MIB_PER_GIB
    cache = float(request.cpu_kv_cache_gib)
    adapters = shares.adapters(request, model, _ONE)
    activations = shares.activations(model, facts, step)
    processes = OBSERVED_MEMORY.cpu_processes_gib
    known = [share.gib or 0.0 for share in (weights, adapters, activations)]
    left = memory - cache - processes - sum(known)
    warnings = () if left >= _SHARED_MEMORY_GIB else (_shared_memory_warning(left),)
    return MemoryPlan(
        device="CPU",
        gpus=0,
        version=request.version,
        model=heading(model, request.repository),
        max_model_len=step.max_model_len,
        memory=MemoryShare(gib=memory, basis=Basis.DECLARED, source="memory_mib of the container"),
        budget=MemoryShare(gib=memory, basis=Basis.DECLARED, source="all of it"),
        weights=weights,
        adapters=adapters,
        activations=activations,
        other=MemoryShare(
            gib=processes,
            basis=Basis.MEASURED,
            source="Python and PyTorch in the engine's processes, before a model",
        ),
        cuda_graphs=MemoryShare(gib=0.0, basis=Basis.DERIVED, source="none without a GPU"),
        graphs_in_budget=True,
        kv_cache=MemoryShare(gib=cache, basis=Basis.DECLARED, source="engine.cpu_kv_cache_gib"),
        headroom=MemoryShare(
            gib=left,
            basis=Basis.ESTIMATED,
            source=f"for up to {_SHARED_MEMORY_GIB} GiB of shared memory and what is not counted",
        ),
        warnings=warnings,
        unknown=(*unknown_parts(model, weights, adapters), *unknown_processor(model)),
    )


def _shared_memory_warning(left: float) -> str:
    beside = "weights, KV cache, processes and activations"
    if left < 0:
        return f"memory_mib: {beside} may take {-left:.2f} GiB more than there are; raise it"
    return (
        f"memory_mib: {beside} leave {left:.2f} GiB, less than the {_SHARED_MEMORY_GIB} GiB of "
        "shared memory that the engine may fill; raise it"
    )


def _refuse_small_container(plan: MemoryPlan) -> None:
    """Refuse what is sure not to fit; activations are an estimate, and only make a warning."""
    weights, cache = plan.weights.gib or 0.0, plan.kv_cache.gib or 0.0
    processes, memory = plan.other.gib or 0.0, plan.memory.gib or 0.0
    needed = weights + cache + processes
    if needed > memory:
        raise DoesNotFitError(
            f"memory_mib: {memory:.2f} GiB, but weights ({weights:.2f} GiB), KV cache "
            f"({cache:.2f} GiB) and the engine's processes ({processes:.2f} GiB) need "
            f"{needed:.2f} GiB; raise it, or lower engine.cpu_kv_cache_gib"
        )
