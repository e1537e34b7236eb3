"""The weight matrices of a model's layers, and how they are divided among GPUs.

Weights, adapters and activations all follow from them. The names are those of the checkpoints.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .architecture import (
    ChunkedLocalAttention,
    CrossAttention,
    FullAttention,
    Indexer,
    LatentAttention,
    SharedCache,
    SlidingWindow,
    State,
)
from .feed_forward import feed_forward
from .matrix import Matrix, Split, number
from .state_matrices import state_shapes

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from .architecture import Architecture, Cache


def layer_matrices(
    architecture: Architecture, config: Mapping[str, object]
) -> list[tuple[Matrix, ...]]:
    """Return the matrices of every layer, in order.

    Args:
        architecture: as read from ``config``.
        config: the facts of the text model, for sizes that no cache depends on.
    """
    caches: list[list[Cache]] = [[] for _ in range(architecture.num_hidden_layers)]
    for entry in architecture.cache_layers:
        caches[entry.layer].append(entry.cache)
    experts = architecture.experts.layers if architecture.experts else ()
    # Layers are alike in hundreds; each kind is described once.
    kinds: dict[tuple[tuple[Cache, ...], bool], tuple[Matrix, ...]] = {}
    layers: list[tuple[Matrix, ...]] = []
    for layer, held in enumerate(caches):
        kind = tuple(held), layer in experts
        if kind not in kinds:
            kinds[kind] = tuple(_layer(architecture, config, *kind))
        layers.append(kinds[kind])
    return layers


def _layer(
    architecture: Architecture,
    config: Mapping[str, object],
    caches: tuple[Cache, ...],
    has_experts: bool,
) -> Iterator[Matrix]:
    for cache in caches:
        yield from _attention(architecture, config, cache)
    yield from feed_forward(architecture, config, experts=has_experts, alone=not caches)


def _attention(
    architecture: Architecture, config: Mapping[str, object], cache: Cache
) -> Iterator[Matrix]:
    match cache:
        case FullAttention() | SlidingWindow() | ChunkedLocalAttention() | CrossAttention():
            heads = (cache.kv_heads, cache.head_dim, cache.value_head_dim)
            yield from _heads(architecture, config, *heads)
        case SharedCache():
            heads = (architecture.num_kv_heads, architecture.head_dim, architecture.head_dim)
            yield from _heads(architecture, config, *heads)
        case LatentAttention():
            yield from _latent(architecture, config, cache)
        case Indexer():
            yield from _indexer(architecture, config, cache)
        case State():
            for name, inputs, outputs, split in state_shapes(architecture, config, cache):
                yield Matrix(name=name, inputs=inputs, outputs=outputs, split=Split(split))
        case _:
            heads = (architecture.num_kv_heads, architecture.head_dim, architecture.head_dim)
            yield from _heads(architecture, config, *heads)


def _heads(
    architecture: Architecture,
    config: Mapping[str, object],
    kv_heads: int,
    head_dim: int,
    value_head_dim: int,
) -> Iterator[Matrix]:
    hidden, heads = architecture.hidden_size, architecture.num_attention_heads
    gated = architecture.model_type.startswith(("qwen3_next", "qwen3_5"))
    queries = 2 if config.get("attn_output_gate", gated) else 1
    for name, outputs, units in (
        ("q_proj", queries * heads * head_dim, heads),
        ("k_proj", kv_heads * head_dim, kv_heads),
        ("v_proj", kv_heads * value_head_dim, kv_heads),
    ):
        yield Matrix(name=name, inputs=hidden, outputs=outputs, split=Split.OUTPUTS, units=units)
    yield Matrix(name="o_proj", inputs=heads * value_head_dim, outputs=hidden, split=Split.INPUTS)


def _latent(
    architecture: Architecture, config: Mapping[str, object], cache: LatentAttention
) -> Iterator[Matrix]:
    """Multi-head latent attention: down to a small vector for all heads, up to each of them."""
    hidden, heads = architecture.hidden_size, architecture.num_attention_heads
    rank, rope = cache.kv_lora_rank, cache.qk_rope_head_dim
    plain, value = number(config, "qk_nope_head_dim"), number(config, "v_head_dim")
    queries = heads * (plain + rope)
    if low := number(config, "q_lora_rank"):
        yield Matrix(name="q_a_proj", inputs=hidden, outputs=low)
        yield Matrix(name="q_b_proj", inputs=low, outputs=queries, split=Split.OUTPUTS, units=heads)
    else:
        yield Matrix(
            name="q_proj", inputs=hidden, outputs=queries, split=Split.OUTPUTS, units=heads
        )
    yield Matrix(name="kv_a_proj_with_mqa", inputs=hidden, outputs=rank + rope)
    up = heads * (plain + value)
    yield Matrix(name="kv_b_proj", inputs=rank, outputs=up, split=Split.OUTPUTS, units=heads)
    # vLLM keeps the two halves of kv_b_proj once more, in full precision, to absorb them.
    yield Matrix(
        name="absorbed_kv_b",
        inputs=rank,
        outputs=up,
        split=Split.OUTPUTS,
        units=heads,
        quantizable=False,
        adaptable=False,
    )
    yield Matrix(name="o_proj", inputs=heads * value, outputs=hidden, split=Split.INPUTS)


def _indexer(
    architecture: Architecture, config: Mapping[str, object], cache: Indexer
) -> Iterator[Matrix]:
    hidden, heads = architecture.hidden_size, number(config, "index_n_heads")
    low = number(config, "q_lora_rank") or hidden
    yield Matrix(name="wq_b", inputs=low, outputs=heads * cache.head_dim)
    yield Matrix(name="wk", inputs=hidden, outputs=cache.head_dim)
    yield Matrix(name="weights_proj", inputs=hidden, outputs=heads, quantizable=False)
