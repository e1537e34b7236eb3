"""Bytes of a state of fixed size on one GPU, as vLLM's ``MambaStateShapeCalculator`` shapes it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .architecture import State, StateKind
from .errors import DoesNotFitError
from .kv_formats import element_bytes
from .kv_specs import Kind, LayerSpec

if TYPE_CHECKING:
    from .kv_layers import Replica


def state_spec(state: State, replica: Replica) -> LayerSpec:
    """Return the cache of one layer with a state.

    Raises:
        DoesNotFitError: if the GPUs do not divide the state.
        ValueError: if a setting is not known to us.
    """
    size = state_bytes(state, replica)
    return LayerSpec(
        kind=Kind.STATE,
        block_size=replica.block_size,
        state_bytes=size,
        state_blocks=_blocks(state, replica),
        content=(state.kind.value, size),
    )


def state_bytes(state: State, replica: Replica) -> int:
    """Return the bytes of one state on one GPU. Speculative tokens widen a convolution's state."""
    architecture, settings = replica.architecture, replica.settings
    lookahead = settings.num_speculative_tokens
    convolution, recurrent = _elements(state, replica.parallel.tensor, lookahead)
    return convolution * element_bytes("auto", architecture, settings) + recurrent * element_bytes(
        _recurrent_dtype(state, replica), architecture, settings
    )


def _recurrent_dtype(state: State, replica: Replica) -> str:
    if replica.settings.mamba_ssm_cache_dtype != "auto":
        return replica.settings.mamba_ssm_cache_dtype
    if state.kind is StateKind.KIMI_DELTA_ATTENTION:
        return "float32"
    if state.recurrent_dtype is None and replica.architecture.model_type == "nemotron_h":
        return replica.rules.nemotron_h_state_dtype
    return state.recurrent_dtype or "auto"


def _blocks(state: State, replica: Replica) -> int:
    """Return the blocks of state that one request holds."""
    rules = replica.rules
    blocks = 1
    if _caches_prefixes(replica):
        blocks += rules.state_blocks_cached
        blocks += 1 if state.kind.value in rules.state_checkpoint_kinds else 0
    if rules.state_blocks_per_draft_token:
        blocks += replica.settings.num_speculative_tokens
    return blocks


def _caches_prefixes(replica: Replica) -> bool:
    """By default only beside attention: vLLM calls it experimental in pure state models."""
    wanted, rules = replica.settings.enable_prefix_caching, replica.rules
    if wanted and not rules.state_prefix_caching:
        raise ValueError(
            f"enable_prefix_caching: how vLLM {rules.version} sizes cached states is not known to "
            "us; leave it at its default"
        )
    if wanted is not None:
        return wanted
    caches = [layer.cache for layer in replica.architecture.cache_layers]
    return rules.state_prefix_caching and not all(isinstance(cache, State) for cache in caches)


def _elements(state: State, gpus: int, lookahead: int) -> tuple[int, int]:
    columns = max(0, state.conv_kernel - 1)
    match state.kind:
        case StateKind.MAMBA1:
            channels = _share(state.conv_dim, gpus)
            return channels * columns, channels * state.state_size
        case StateKind.MAMBA2:
            groups = state.groups + _copies_of_groups(state.groups, gpus)
            channels = _share(state.conv_dim + 2 * groups * state.state_size, gpus)
            heads = _share(state.heads, gpus)
            return channels * (columns + lookahead), heads * state.head_dim * state.state_size
        case StateKind.GATED_DELTA_NET:
            keys, values = state.key_heads * state.state_size, state.heads * state.head_dim
            channels = _share(2 * keys + values, gpus)
            heads = _share(state.heads, gpus)
            return channels * (columns + lookahead), heads * state.head_dim * state.state_size
        case StateKind.KIMI_DELTA_ATTENTION:
            channels = _share(3 * state.heads * state.head_dim, gpus)
            heads = _share(state.heads, gpus)
            return channels * (columns + lookahead), heads * state.head_dim * state.head_dim
        case StateKind.LINEAR_ATTENTION:
            return 0, _share(state.heads, gpus) * state.head_dim * state.head_dim
        case StateKind.SHORT_CONV:
            return _share(state.conv_dim, gpus) * columns, 0


def _copies_of_groups(groups: int, gpus: int) -> int:
    """Each GPU needs the groups of its heads; those that cannot be divided are repeated."""
    return 0 if groups % gpus == 0 else gpus - groups


def _share(whole: int, gpus: int) -> int:
    if whole % gpus:
        raise DoesNotFitError(
            f"gpus: {gpus} in one pipeline stage do not divide the {whole} channels or heads of "
            "the model's state layers; take a divisor"
        )
    return whole // gpus
