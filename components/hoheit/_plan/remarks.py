"""What a plan says beside its numbers: what may go wrong, and what nobody knows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hoheit_facts import OBSERVED_MEMORY

from hoheit._sizing.architecture import State

from .model import Model, UnknownModel

if TYPE_CHECKING:
    from hoheit._sizing.parallel import ParallelSizes
    from hoheit.memory_plan import MemoryPlan, MemoryShare
    from hoheit.plan import ModelRequest

_DISAGREEMENT = 0.25
"""Declared and computed weights that lie further apart speak of different models."""
_ENCODERS = ("vision_config", "audio_config")
"""Parts of a multimodal model whose memory nobody here computes."""


def narrow_room(plan: MemoryPlan) -> list[str]:
    """Return what is too little if the errors of the plan add up against you."""
    lines: list[str] = []
    graphs, headroom = plan.cuda_graphs, plan.headroom.gib or 0.0
    if not plan.graphs_in_budget and graphs.gib:
        least = headroom - graphs.gib - graphs.error_gib
        if least < OBSERVED_MEMORY.cuda_context_gib:
            lines.append(
                f"engine.gpu_memory_utilization: CUDA graphs may leave {least:.2f} GiB for the "
                f"CUDA context, which takes {OBSERVED_MEMORY.cuda_context_gib} GiB at least; "
                "lower it"
            )
    least_tokens = plan.kv_tokens_at_least
    if least_tokens is not None and least_tokens < plan.max_model_len:
        lines.append(
            f"engine.max_model_len: within the error of this plan the KV cache may hold only "
            f"{least_tokens} tokens"
        )
    return lines


def disagreement(
    request: ModelRequest, computed: MemoryShare | None, parallel: ParallelSizes
) -> list[str]:
    """Return whether declared weights are not those that the configuration describes."""
    if request.weights_gib is None or computed is None or not computed.gib:
        return []
    gpus = parallel.tensor * parallel.pipeline
    declared = request.weights_gib / gpus
    if abs(declared - computed.gib) <= _DISAGREEMENT * computed.gib:
        return []
    each = " per GPU" if gpus > 1 else ""
    return [
        f"weights.size_gib: {declared:.2f} GiB{each}, but weights.config describes "
        f"{computed.gib:.2f} GiB{each}; is it the configuration of these weights, with its "
        "quantization_config?"
    ]


def unknown_parts(
    model: Model | UnknownModel, weights: MemoryShare, adapters: MemoryShare
) -> list[str]:
    """Return what a plan cannot say."""
    named = {"weights": weights, "adapters": adapters}
    lines = [f"{name}: {share.source}" for name, share in named.items() if share.gib is None]
    if isinstance(model, UnknownModel):
        return [*lines, f"activations, CUDA graphs and tokens of the KV cache: {model.reason}"]
    encoders = [
        f"{name}: its weights, where they are not declared, and its activations; where only "
        "text is served, --limit-mm-per-prompt leaves the latter out"
        for name in _ENCODERS
        if name in model.config
    ]
    return lines + encoders


def unknown_processor(model: Model | UnknownModel) -> list[str]:
    """Return what the processor of a node without GPU decides."""
    if isinstance(model, UnknownModel):
        return []
    if any(isinstance(entry.cache, State) for entry in model.architecture.cache_layers):
        return [
            "states of the KV cache: planned in 32 bit, as vLLM keeps them on processors with "
            "AVX512-BF16; on others they have the model's format and take less"
        ]
    return []
