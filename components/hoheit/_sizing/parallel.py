"""How a replica is divided: layers among the stages of a pipeline, heads among the GPUs of each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from .architecture import LatentAttention
from .errors import CannotBeError

if TYPE_CHECKING:
    from .architecture import Architecture

_NAMED_SIZES = 8
"""Up to this many GPUs are named as a way out: the most that one machine usually has."""


@dataclass(frozen=True, kw_only=True)
class ParallelSizes:
    """GPUs of one replica: ``tensor`` times ``pipeline``."""

    tensor: int = 1
    pipeline: int = 1


def stages(layers: int, count: int) -> list[range]:
    """Return the layers of each stage, as vLLM's ``get_pp_indices`` divides them.

    What is left over goes to the stages before the last one, from the back: the last holds the
    output embeddings.
    """
    sizes = [layers // count] * count
    for place in range(2, layers % count + 2):
        sizes[-place] += 1
    starts = [sum(sizes[:index]) for index in range(count)]
    return [range(start, start + size) for start, size in zip(starts, sizes, strict=True)]


def check_split(architecture: Architecture, parallel: ParallelSizes) -> None:
    """Refuse numbers of GPUs among which vLLM cannot divide the model.

    Raises:
        CannotBeError: as ``ModelConfig.verify_with_parallel_config`` and the attention layers
            would.
    """
    conflict = _conflict(architecture, parallel.tensor)
    if conflict:
        sizes = range(1, _NAMED_SIZES + 1)
        fitting = [str(size) for size in sizes if not _conflict(architecture, size)]
        raise CannotBeError(
            f"gpus: {parallel.tensor} {conflict} of the model; tensor-parallel sizes that do: "
            f"{', '.join(fitting)}"
        )
    if parallel.pipeline > architecture.num_hidden_layers:
        raise CannotBeError(
            f"engine.pipeline_parallel_size: {parallel.pipeline} stages, but the model has "
            f"{architecture.num_hidden_layers} layers; take fewer"
        )


def heads_on_one_gpu(kv_heads: int, gpus: int) -> int:
    """Return the KV heads of one GPU: fewer heads than GPUs are repeated."""
    return max(1, kv_heads // gpus)


def _conflict(architecture: Architecture, gpus: int) -> str | None:
    """Return which heads so many GPUs cannot share; None where they share all."""
    heads, keys = architecture.num_attention_heads, architecture.num_kv_heads
    if heads % gpus:
        return f"do not divide the {heads} attention heads"
    if keys and not _is_latent(architecture) and max(keys, gpus) % min(keys, gpus):
        return f"neither divide nor repeat the {keys} KV heads"
    return None


def _is_latent(architecture: Architecture) -> bool:
    """Whether all heads share one compressed vector, which every GPU holds."""
    return any(isinstance(entry.cache, LatentAttention) for entry in architecture.cache_layers)
