"""Memory that LoRA adapters take: room for every adapter that may be active, made at start."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from .matrices import layer_matrices
from .parallel import stages

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from .architecture import Architecture
    from .parallel import ParallelSizes


@dataclass(frozen=True, kw_only=True)
class AdapterSlots:
    """Room for adapters: how many at once, and of which rank at most."""

    max_loras: int
    max_lora_rank: int


def adapter_parameters(
    architecture: Architecture,
    config: Mapping[str, object],
    *,
    rank: int,
    modules: Collection[str],
) -> int:
    """Return the parameters of one adapter: ``rank x (inputs + outputs)`` for each matrix.

    Args:
        architecture: of the base model.
        config: of the base model.
        rank: ``r`` of the adapter.
        modules: ``target_modules`` of the adapter.
    """
    return sum(
        rank * (matrix.inputs + matrix.outputs) * matrix.count
        for layer in layer_matrices(architecture, config)
        for matrix in layer
        if matrix.name in modules
    )


def adapter_room(
    architecture: Architecture,
    config: Mapping[str, object],
    slots: AdapterSlots,
    parallel: ParallelSizes,
) -> int:
    """Return the bytes that one GPU keeps for adapters, whether any is loaded or not.

    vLLM makes both factors for ``max_loras`` adapters of the largest rank at every linear layer
    and at both embeddings, in the model's 16 bit: A whole, B divided where the layer's outputs
    are; A divided, B whole where its inputs are (vllm/lora/layers).
    """
    layers = [
        sum(
            sum(matrix.shape_on(parallel.tensor)) * matrix.count
            for matrix in layer
            if matrix.adaptable
        )
        for layer in layer_matrices(architecture, config)
    ]
    parts = stages(architecture.num_hidden_layers, parallel.pipeline)
    largest = max(sum(layers[layer] for layer in part) for part in parts)
    embeddings = 2 * (architecture.vocab_size + architecture.hidden_size)
    return 2 * slots.max_loras * slots.max_lora_rank * (largest + embeddings)
