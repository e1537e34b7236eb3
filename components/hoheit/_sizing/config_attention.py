"""The caches of models that have attention in every layer, by family."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .architecture import (
    CacheLayer,
    ChunkedLocalAttention,
    CrossAttention,
    EncoderOnly,
    FullAttention,
    Indexer,
    LatentAttention,
    SharedCache,
    SlidingWindow,
    UnknownArchitectureError,
)

if TYPE_CHECKING:
    from .architecture import Cache
    from .config_fields import Fields

_MOST_LAYERS = 1000
"""Every layer is walked; the deepest model of the catalogue has 126."""
_INDEXER_SCALE_GROUP = 128
"""Elements per scale in the indexer's cache: vLLM's ``Indexer.quant_block_size``."""


def kv_heads(fields: Fields) -> int:
    """Return ``num_key_value_heads``, by the names that vLLM's convertor knows.

    Falcon's ``multi_query`` means one head, except in its newer architecture.
    """
    if fields.flag("multi_query") and not fields.flag("new_decoder_architecture"):
        return 1
    names = ("n_head_kv", "num_kv_heads", "num_key_value_heads", "multi_query_group_num")
    return fields.count(*names) if fields.has(*names) else attention_heads(fields)


def attention_heads(fields: Fields) -> int:
    """Return ``num_attention_heads``, or what older families call so."""
    return fields.count("num_attention_heads", "n_head", "decoder_attention_heads", "num_heads")


def hidden_size(fields: Fields) -> int:
    """Return ``hidden_size``, or what older families call so."""
    return fields.count("hidden_size", "n_embd", "d_model")


def layer_count(fields: Fields) -> int:
    """Return ``num_hidden_layers``, or what older families call so."""
    if not fields.has("num_hidden_layers") and fields.texts("layers_block_type"):
        return len(fields.texts("layers_block_type"))
    return fields.count("num_hidden_layers", "n_layer", "decoder_layers", most=_MOST_LAYERS)


def head_dim(fields: Fields) -> int:
    """Return ``head_dim``, else the hidden size divided among the heads."""
    if fields.integer_or(0, "head_dim") > 0:
        return fields.integer("head_dim")
    hidden, heads = hidden_size(fields), attention_heads(fields)
    if hidden < heads:
        raise UnknownArchitectureError(
            f"hidden_size: {hidden} is less than the {heads} attention heads; give the "
            "config.json as it stands in the model's repository"
        )
    return hidden // heads


def full(fields: Fields) -> FullAttention:
    """Return full attention with the model's heads."""
    size = head_dim(fields)
    return FullAttention(kv_heads=kv_heads(fields), head_dim=size, value_head_dim=size)


def sliding(fields: Fields) -> SlidingWindow:
    """Return a sliding window with the model's heads."""
    size = head_dim(fields)
    return SlidingWindow(
        kv_heads=kv_heads(fields),
        head_dim=size,
        value_head_dim=size,
        window=fields.count("sliding_window"),
    )


def plain(fields: Fields) -> tuple[CacheLayer, ...]:
    """Every layer alike: full attention, or a window where the configuration has one."""
    if fields.texts("layer_types"):
        return by_layer_types(fields)
    windowed = fields.integer_or(0, "sliding_window") > 0
    return _all(fields, sliding(fields) if windowed else full(fields))


def without_window(fields: Fields) -> tuple[CacheLayer, ...]:
    """Every layer full attention; ``sliding_window`` stands in the file and is switched off.

    Raises:
        UnknownArchitectureError: if it is switched on: which layers then have a window differs.
    """
    if fields.flag("use_sliding_window"):
        raise UnknownArchitectureError(
            "use_sliding_window: models of this family with windows are not known; "
            "serve them without (use_sliding_window: false)"
        )
    return _all(fields, full(fields))


def by_layer_types(fields: Fields) -> tuple[CacheLayer, ...]:
    """Windows and full attention as ``layer_types`` lists them.

    Raises:
        UnknownArchitectureError: if it lists another kind, or not every layer.
    """
    kinds = fields.texts("layer_types")
    if len(kinds) != layer_count(fields):
        raise UnknownArchitectureError(
            f"layer_types: {len(kinds)} entries for {layer_count(fields)} layers; give one for each"
        )
    caches: list[Cache] = []
    for kind in kinds:
        if kind == "full_attention":
            caches.append(full(fields))
        elif kind == "sliding_attention":
            caches.append(sliding(fields))
        else:
            raise UnknownArchitectureError(f"layer_types: the kind {kind!r} is not known")
    return numbered(caches)


def every_nth_full(fields: Fields) -> tuple[CacheLayer, ...]:
    """Windows with full attention in every ``sliding_window_pattern``-th layer."""
    if fields.texts("layer_types"):
        return by_layer_types(fields)
    return _full_every(fields.integer("sliding_window_pattern", "_sliding_window_pattern"), fields)


def every_second_full(fields: Fields) -> tuple[CacheLayer, ...]:
    """Windows and full attention in turn (Gemma 2, whose class says so)."""
    return by_layer_types(fields) if fields.texts("layer_types") else _full_every(2, fields)


def shared_tail(fields: Fields) -> tuple[CacheLayer, ...]:
    """As ``layer_types`` say; the last layers read the cache of the last own one of their kind."""
    layers = by_layer_types(fields)
    own = len(layers) - fields.integer("num_kv_shared_layers")
    kinds = fields.texts("layer_types")
    read = {kind: own - 1 - kinds[own - 1 :: -1].index(kind) for kind in set(kinds)}
    shared = [
        CacheLayer(layer=index, cache=SharedCache(layer=read[kinds[index]]))
        for index in range(own, len(layers))
    ]
    return (*layers[:own], *shared)


def chunked(fields: Fields) -> tuple[CacheLayer, ...]:
    """Chunked local attention, with full attention where positions are not rotated (Llama 4)."""
    size, heads = head_dim(fields), kv_heads(fields)
    local = ChunkedLocalAttention(
        kv_heads=heads,
        head_dim=size,
        value_head_dim=size,
        chunk=fields.count("attention_chunk_size"),
    )
    rotated = fields.integers("no_rope_layers")
    if not rotated:
        period = fields.count("no_rope_layer_interval")
        rotated = tuple(int((i + 1) % period != 0) for i in range(layer_count(fields)))
    return numbered([local if uses else full(fields) for uses in rotated])


def latent(fields: Fields) -> tuple[CacheLayer, ...]:
    """Latent attention, and beside it the cache of an indexer in the layers that have one."""
    sparse = fields.has("index_head_dim")
    cache = LatentAttention(
        kv_lora_rank=fields.integer("kv_lora_rank"),
        qk_rope_head_dim=fields.integer("qk_rope_head_dim"),
        sparse=sparse,
    )
    if not sparse:
        return _all(fields, cache)
    indexer = Indexer(
        head_dim=fields.integer("index_head_dim"), quant_block_size=_INDEXER_SCALE_GROUP
    )
    layers: list[CacheLayer] = []
    for layer in range(layer_count(fields)):
        if _chooses_tokens(layer, fields):
            layers.append(CacheLayer(layer=layer, cache=indexer))
        layers.append(CacheLayer(layer=layer, cache=cache))
    return tuple(layers)


def _chooses_tokens(layer: int, fields: Fields) -> bool:
    """Whether the layer has an indexer; else it takes the choice of one before it."""
    pattern = fields.text_or("", "index_topk_pattern")
    if pattern:
        return pattern[layer : layer + 1] != "S"
    offset = fields.integer_or(2, "index_skip_topk_offset")
    return max(layer - offset + 1, 0) % _period(fields, "index_topk_freq") == 0


def encoder_decoder(fields: Fields) -> tuple[CacheLayer, ...]:
    """Self-attention and cross-attention in every layer of the decoder; the encoder keeps none."""
    own = full(fields)
    cross = CrossAttention(
        kv_heads=own.kv_heads, head_dim=own.head_dim, value_head_dim=own.value_head_dim
    )
    pairs = [(layer, each) for layer in range(layer_count(fields)) for each in (own, cross)]
    return tuple(CacheLayer(layer=layer, cache=each) for layer, each in pairs)


def encoder_only(fields: Fields) -> tuple[CacheLayer, ...]:
    """Nothing is kept."""
    return _all(fields, EncoderOnly())


def numbered(caches: list[Cache]) -> tuple[CacheLayer, ...]:
    """Return one cache per layer, in order."""
    return tuple(CacheLayer(layer=layer, cache=cache) for layer, cache in enumerate(caches))


def _period(fields: Fields, name: str) -> int:
    return fields.count(name) if fields.has(name) else 1


def _full_every(period: int, fields: Fields) -> tuple[CacheLayer, ...]:
    return numbered(
        [
            full(fields) if (layer + 1) % period == 0 else sliding(fields)
            for layer in range(layer_count(fields))
        ]
    )


def _all(fields: Fields, cache: Cache) -> tuple[CacheLayer, ...]:
    return numbered([cache] * layer_count(fields))
