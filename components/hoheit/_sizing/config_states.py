"""The caches of models with state layers: state space, linear attention, short convolutions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .architecture import CacheLayer, LatentAttention, State, StateKind, UnknownArchitectureError
from .config_attention import attention_heads, full, head_dim, hidden_size, layer_count, numbered
from .config_fields import Fields

if TYPE_CHECKING:
    from .architecture import Cache


def mamba1(fields: Fields) -> tuple[CacheLayer, ...]:
    """Mamba: every layer a state."""
    state = State(
        kind=StateKind.MAMBA1,
        conv_dim=fields.integer("intermediate_size"),
        state_size=fields.integer("state_size"),
        conv_kernel=fields.integer("conv_kernel"),
    )
    return numbered([state] * layer_count(fields))


def mamba2(fields: Fields) -> tuple[CacheLayer, ...]:
    """Mamba 2: every layer a state."""
    state = _mamba2(
        fields,
        conv_dim=fields.integer("expand") * hidden_size(fields),
        names=("num_heads", "head_dim", "state_size", "n_groups", "conv_kernel"),
    )
    return numbered([state] * layer_count(fields))


def jamba(fields: Fields) -> tuple[CacheLayer, ...]:
    """Mamba, with attention once per period."""
    state = State(
        kind=StateKind.MAMBA1,
        conv_dim=fields.integer("mamba_expand") * hidden_size(fields),
        state_size=fields.integer("mamba_d_state"),
        conv_kernel=fields.integer("mamba_d_conv"),
    )
    period, offset = fields.count("attn_layer_period"), fields.integer("attn_layer_offset")
    return numbered(
        [
            full(fields) if layer % period == offset else state
            for layer in range(layer_count(fields))
        ]
    )


def bamba(fields: Fields) -> tuple[CacheLayer, ...]:
    """Mamba 2, with attention in the layers that ``attn_layer_indices`` lists."""
    attention = set(fields.integers("attn_layer_indices"))
    if not attention:
        raise UnknownArchitectureError("attn_layer_indices: the field is missing or empty")
    state = _prefixed_mamba2(fields)
    return numbered(
        [full(fields) if layer in attention else state for layer in range(layer_count(fields))]
    )


def granite_hybrid(fields: Fields) -> tuple[CacheLayer, ...]:
    """Mamba 2 and attention as ``layer_types`` (``layers_block_type``) list them."""
    kinds = fields.texts("layer_types") or fields.texts("layers_block_type")
    return _by_names(fields, kinds, {"mamba": _prefixed_mamba2(fields), "attention": full(fields)})


def falcon_h1(fields: Fields) -> tuple[CacheLayer, ...]:
    """Attention and Mamba 2 side by side in every layer."""
    state, attention = _prefixed_mamba2(fields), full(fields)
    pairs = [(layer, each) for layer in range(layer_count(fields)) for each in (state, attention)]
    return tuple(CacheLayer(layer=layer, cache=cache) for layer, cache in pairs)


def nemotron_h(fields: Fields) -> tuple[CacheLayer, ...]:
    """Mamba 2, attention, and blocks of experts or of one network that keep nothing."""
    kinds = nemotron_kinds(fields)
    if len(kinds) != layer_count(fields):
        raise UnknownArchitectureError(
            f"hybrid_override_pattern: {len(kinds)} kinds for {layer_count(fields)} layers"
        )
    heads, size = fields.integer("mamba_num_heads"), fields.integer("mamba_head_dim")
    state = _mamba2(
        fields,
        conv_dim=heads * size,
        names=("mamba_num_heads", "mamba_head_dim", "ssm_state_size", "n_groups", "conv_kernel"),
    )
    caches = {"mamba": state, "attention": full(fields)}
    return tuple(
        CacheLayer(layer=layer, cache=caches[kind])
        for layer, kind in enumerate(kinds)
        if kind in caches
    )


def nemotron_kinds(fields: Fields) -> tuple[str, ...]:
    """Return the kind of each layer, from ``layers_block_type`` or the older pattern of letters."""
    letters = {"M": "mamba", "*": "attention", "E": "moe", "-": "mlp"}
    pattern = fields.text_or("", "hybrid_override_pattern")
    kinds = tuple(letters.get(letter, letter) for letter in pattern)
    return kinds or fields.texts("layers_block_type")


def gated_delta_net(fields: Fields) -> tuple[CacheLayer, ...]:
    """Gated delta nets, with full attention every ``full_attention_interval`` layers."""
    state = State(
        kind=StateKind.GATED_DELTA_NET,
        heads=fields.integer("linear_num_value_heads"),
        head_dim=fields.integer("linear_value_head_dim"),
        key_heads=fields.integer("linear_num_key_heads"),
        state_size=fields.integer("linear_key_head_dim"),
        conv_kernel=fields.integer("linear_conv_kernel_dim"),
        recurrent_dtype=fields.text_or("", "mamba_ssm_dtype") or None,
    )
    kinds = fields.texts("layer_types")
    if not kinds:
        period = fields.count("full_attention_interval")
        kinds = tuple(
            "linear_attention" if (layer + 1) % period else "full_attention"
            for layer in range(layer_count(fields))
        )
    return _by_names(fields, kinds, {"linear_attention": state, "full_attention": full(fields)})


def short_conv(fields: Fields) -> tuple[CacheLayer, ...]:
    """Short convolutions and attention as ``layer_types`` (``full_attn_idxs``) list them."""
    state = State(
        kind=StateKind.SHORT_CONV,
        conv_dim=fields.integer("conv_dim", "hidden_size"),
        conv_kernel=fields.integer("conv_L_cache"),
    )
    kinds = fields.texts("layer_types")
    if not kinds:
        attention = set(fields.integers("full_attn_idxs"))
        kinds = tuple(
            "full_attention" if layer in attention else "conv"
            for layer in range(layer_count(fields))
        )
    return _by_names(fields, kinds, {"conv": state, "full_attention": full(fields)})


def kimi_linear(fields: Fields) -> tuple[CacheLayer, ...]:
    """Kimi delta attention, with latent attention in the layers that the table lists, from 1."""
    inner = Fields(fields.table("linear_attn_config"), {})
    attention = set(inner.integers("full_attn_layers"))
    if not attention:
        raise UnknownArchitectureError("linear_attn_config.full_attn_layers: the field is missing")
    state = State(
        kind=StateKind.KIMI_DELTA_ATTENTION,
        heads=inner.integer("num_heads"),
        head_dim=inner.integer("head_dim"),
        conv_kernel=inner.integer("short_conv_kernel_size"),
    )
    latent = LatentAttention(
        kv_lora_rank=fields.integer("kv_lora_rank"),
        qk_rope_head_dim=fields.integer("qk_rope_head_dim"),
    )
    return numbered(
        [latent if layer + 1 in attention else state for layer in range(layer_count(fields))]
    )


def lightning(fields: Fields) -> tuple[CacheLayer, ...]:
    """Lightning attention (0) and full attention (1) as ``attn_type_list`` lists them."""
    state = State(
        kind=StateKind.LINEAR_ATTENTION, heads=attention_heads(fields), head_dim=head_dim(fields)
    )
    kinds = fields.integers("attn_type_list")
    if len(kinds) != layer_count(fields):
        raise UnknownArchitectureError("attn_type_list: one entry per layer is needed")
    return numbered([full(fields) if kind else state for kind in kinds])


def _by_names(
    fields: Fields, kinds: tuple[str, ...], caches: dict[str, Cache]
) -> tuple[CacheLayer, ...]:
    if len(kinds) != layer_count(fields) or not set(kinds) <= set(caches):
        raise UnknownArchitectureError(
            f"layer_types: one of {', '.join(caches)} for each of the {layer_count(fields)} layers "
            "is needed"
        )
    return numbered([caches[kind] for kind in kinds])


def _prefixed_mamba2(fields: Fields) -> State:
    """Return the state of the families that write ``mamba_`` before each of its fields."""
    names = ("mamba_n_heads", "mamba_d_head", "mamba_d_state", "mamba_n_groups", "mamba_d_conv")
    expanded = fields.integer_or(2, "mamba_expand") * hidden_size(fields)
    return _mamba2(fields, conv_dim=fields.integer_or(expanded, "mamba_d_ssm"), names=names)


def _mamba2(fields: Fields, conv_dim: int, names: tuple[str, str, str, str, str]) -> State:
    heads, size, state, groups, kernel = (fields.integer(name) for name in names)
    return State(
        kind=StateKind.MAMBA2,
        heads=heads,
        head_dim=size,
        state_size=state,
        groups=groups,
        conv_dim=conv_dim,
        conv_kernel=kernel,
        recurrent_dtype=fields.text_or("", "mamba_ssm_cache_dtype") or None,
    )
