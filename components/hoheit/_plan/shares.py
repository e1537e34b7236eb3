"""The lines of a plan: each with how it is known and how far it may be off."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hoheit_facts import OBSERVED_MEMORY

from hoheit._sizing.activations import ERROR, Step, activations_of_one_gpu
from hoheit._sizing.cuda_graphs import graphs_of_one_gpu
from hoheit._sizing.lora import AdapterSlots, adapter_room
from hoheit._sizing.weights import UnknownQuantizationError, weights_of_one_gpu
from hoheit.memory_plan import Basis, MemoryShare

from .model import UnknownModel

if TYPE_CHECKING:
    from hoheit_facts import EngineMemory

    from hoheit._sizing.parallel import ParallelSizes
    from hoheit.plan import ModelRequest, PlanRequest

    from .model import Model

GIB = 1024**3
_MIB_PER_GIB = 1024
_DECLARED_ERROR = 0.01
"""Share by which files and loaded weights differ: tables of positions, padding, repacking."""


def framebuffer(request: PlanRequest) -> MemoryShare:
    """Return the memory of one GPU as CUDA names it."""
    if request.total_memory_gib is not None:
        return MemoryShare(
            gib=request.total_memory_gib, basis=Basis.DECLARED, source="total_memory_gib"
        )
    gpu = request.gpu
    gib = gpu.memory_mib / _MIB_PER_GIB
    if gpu.measured_memory_mib is not None:
        return MemoryShare(gib=gib, basis=Basis.MEASURED, source=gpu.memory_source)
    return MemoryShare(
        gib=gib,
        basis=Basis.ESTIMATED,
        source=f"{gpu.memory_source}; CUDA sees less",
        error_gib=gib * OBSERVED_MEMORY.unmeasured_framebuffer_error,
    )


def weights(
    request: ModelRequest, computed: MemoryShare | None, parallel: ParallelSizes
) -> MemoryShare:
    """Return the weights on the GPU that holds most of them: declared, else as computed."""
    gpus = parallel.tensor * parallel.pipeline
    if request.weights_gib is not None:
        share = request.weights_gib / gpus
        return MemoryShare(
            gib=share,
            basis=Basis.DECLARED,
            source="size of the weights" + (f" / {gpus} GPUs" if gpus > 1 else ""),
            error_gib=share * _DECLARED_ERROR if gpus > 1 else 0.0,
        )
    if computed is None:
        if request.config is None:
            return _unknown("neither weights.size_gib nor weights.config says it")
        return _unknown("weights.config says too little for it; declare weights.size_gib")
    return computed


def computed_weights(model: Model | UnknownModel, parallel: ParallelSizes) -> MemoryShare | None:
    """Return the weights by the configuration; None where it does not say enough."""
    if isinstance(model, UnknownModel):
        return None
    try:
        estimate = weights_of_one_gpu(
            model.architecture, model.config, parallel, element_bytes=model.element_bytes
        )
    except UnknownQuantizationError:
        return None
    gib = estimate.bytes / GIB
    return MemoryShare(
        gib=gib,
        basis=Basis.DERIVED,
        source=f"{estimate.parameters / 1e9:.2f} billion parameters by their bits; {model.source}",
        error_gib=gib * estimate.error,
    )


def adapters(
    request: ModelRequest, model: Model | UnknownModel, parallel: ParallelSizes
) -> MemoryShare:
    """Return the room for LoRA adapters."""
    if not request.max_loras:
        return MemoryShare(gib=0.0, basis=Basis.DERIVED, source="no adapters")
    if isinstance(model, UnknownModel):
        return _unknown("follows from weights.config")
    slots = AdapterSlots(max_loras=request.max_loras, max_lora_rank=request.max_lora_rank)
    gib = adapter_room(model.architecture, model.config, slots, parallel) / GIB
    return MemoryShare(
        gib=gib,
        basis=Basis.DERIVED,
        source=f"{slots.max_loras} of rank {slots.max_lora_rank} at every linear layer",
        error_gib=gib * _DECLARED_ERROR,
    )


def activations(model: Model | UnknownModel, facts: EngineMemory, step: Step) -> MemoryShare:
    """Return the peak of the profile run, with what stays of it."""
    if isinstance(model, UnknownModel):
        return _unknown("follows from weights.config")
    estimate = activations_of_one_gpu(model.architecture, model.config, facts, step)
    gib = (estimate.peak + estimate.kept) / GIB
    return MemoryShare(
        gib=gib,
        basis=Basis.DERIVED,
        source=f"{estimate.where} of {step.tokens} tokens and {step.requests} requests",
        error_gib=gib * ERROR,
    )


def other(parallel: ParallelSizes) -> MemoryShare:
    """Return what is taken past PyTorch, within the budget."""
    if parallel.tensor * parallel.pipeline > 1:
        return MemoryShare(
            gib=OBSERVED_MEMORY.parallel_non_torch_gib,
            basis=Basis.ESTIMATED,
            source="kernels, NCCL and all-reduce buffers in published logs",
            error_gib=OBSERVED_MEMORY.parallel_non_torch_error_gib,
        )
    return MemoryShare(
        gib=OBSERVED_MEMORY.one_gpu_non_torch_gib,
        basis=Basis.ESTIMATED,
        source="kernels that CUDA loads, in published logs",
        error_gib=OBSERVED_MEMORY.one_gpu_non_torch_error_gib,
    )


def graphs(
    request: PlanRequest, model: Model | UnknownModel, facts: EngineMemory, step: Step
) -> MemoryShare:
    """Return the CUDA graphs; the error is towards more, by which they must still fit."""
    if request.enforce_eager:
        return MemoryShare(gib=0.0, basis=Basis.DERIVED, source="none with enforce_eager")
    if isinstance(model, UnknownModel):
        return _unknown("follows from weights.config")
    estimate = graphs_of_one_gpu(
        facts,
        step,
        layers=-(-model.architecture.num_hidden_layers // request.pipeline_parallel_size),
        capture_limit=facts.capture_limit(request.gpu),
        adapters=request.max_loras > 0,
    )
    return MemoryShare(
        gib=estimate.bytes / GIB,
        basis=Basis.ESTIMATED,
        source=f"{estimate.captured} captured, each as large as in published logs",
        error_gib=(estimate.at_most - estimate.bytes) / GIB,
    )


def _unknown(source: str) -> MemoryShare:
    return MemoryShare(gib=None, basis=Basis.UNKNOWN, source=source)
