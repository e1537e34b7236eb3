"""The caches of a model's layers on one GPU: divided, in their format, in blocks that fit."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from .architecture import (
    ChunkedLocalAttention,
    CrossAttention,
    EncoderOnly,
    FullAttention,
    Indexer,
    LatentAttention,
    SharedCache,
    SlidingWindow,
    State,
)
from .kv_formats import cache_format, element_bytes, latent_bytes
from .kv_specs import GROWING, Kind, LayerSpec, ceil_div
from .kv_states import state_spec
from .parallel import heads_on_one_gpu, stages

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hoheit_facts import KvCacheRules

    from .architecture import Architecture, Attention, Cache
    from .parallel import ParallelSizes

_SCALE_BYTES = 4
"""Of each scale in the cache of an indexer."""


@dataclass(frozen=True, kw_only=True)
class CacheSettings:
    """What the user tells the engine about its cache, with the engine's own defaults."""

    max_model_len: int
    max_num_batched_tokens: int
    block_size: int | None = None
    """Tokens; None for that of the version or of the attention kernel."""
    kernel_block_size: int = 16
    """Smallest block that the attention kernel takes; enlarged blocks are multiples of it."""
    dtype: str = "auto"
    kv_cache_dtype: str = "auto"
    mamba_ssm_cache_dtype: str = "auto"
    enable_prefix_caching: bool | None = None
    async_scheduling: bool = True
    disable_hybrid_kv_cache_manager: bool | None = None
    num_gpu_blocks_override: int | None = None
    num_speculative_tokens: int = 0
    prefill_lookahead_tokens: int = 0
    """Tokens that a drafter reads past those computed: 1 for EAGLE, as many as it proposes for MTP
    of several modules."""
    drafter: Architecture | None = None
    """The model that proposes tokens (EAGLE, MTP): its caches stand in the last stage."""


@dataclass(frozen=True)
class Replica:
    """One server of a model: what it serves, how, on how many GPUs, by which rules."""

    architecture: Architecture
    settings: CacheSettings
    parallel: ParallelSizes
    rules: KvCacheRules

    @property
    def block_size(self) -> int:
        """Tokens in a block before the engine adapts it to states."""
        settings = self.settings
        return settings.block_size or max(self.rules.block_size, settings.kernel_block_size)


def layer_specs(replica: Replica) -> dict[str, LayerSpec]:
    """Return the cache of each layer that keeps one, in the order in which the engine makes them.

    Raises:
        DoesNotFitError: if the GPUs do not divide the states of the model.
        ValueError: if a setting is not known to us.
    """
    specs = _specs("model", replica)
    if replica.settings.drafter is not None:
        specs |= _specs("drafter", replace(replica, architecture=replica.settings.drafter))
    return _with_common_blocks(specs, replica)


def promotes_local(replica: Replica) -> bool:
    """Whether windows and chunks get blocks for the whole context.

    vLLM decides so by itself for chunked local attention beside a drafter.
    """
    settings = replica.settings
    if settings.disable_hybrid_kv_cache_manager is not None:
        return settings.disable_hybrid_kv_cache_manager
    caches = [layer.cache for layer in replica.architecture.cache_layers]
    chunked = any(isinstance(cache, ChunkedLocalAttention) for cache in caches)
    return chunked and settings.drafter is not None


def specs_by_stage(replica: Replica, specs: Mapping[str, LayerSpec]) -> list[dict[str, LayerSpec]]:
    """Return the caches of each pipeline stage; those of a drafter stand in the last."""
    held = stages(replica.architecture.num_hidden_layers, replica.parallel.pipeline)
    stage_of = {layer: stage for stage, layers in enumerate(held) for layer in layers}
    parts: list[dict[str, LayerSpec]] = [{} for _ in held]
    for name, spec in specs.items():
        model, layer, _ = name.split(".")
        parts[stage_of[int(layer)] if model == "model" else -1][name] = spec
    return parts


def _specs(model: str, replica: Replica) -> dict[str, LayerSpec]:
    specs: dict[str, LayerSpec] = {}
    for number, layer in enumerate(replica.architecture.cache_layers):
        spec = _spec(layer.cache, replica)
        if spec is not None:
            specs[f"{model}.{layer.layer}.{number}"] = spec
    return specs


def _spec(cache: Cache, replica: Replica) -> LayerSpec | None:
    match cache:
        case EncoderOnly() | SharedCache():
            return None
        case State():
            return state_spec(cache, replica)
        case LatentAttention():
            per_token = latent_bytes(cache, replica.architecture, replica.settings)
            return _latent_spec(replica, per_token, "sparse" if cache.sparse else "dense")
        case Indexer():
            scales = cache.head_dim // cache.quant_block_size * _SCALE_BYTES
            return _latent_spec(replica, cache.head_dim + scales, "indexer")
        case _:
            return _attention_spec(cache, replica)


def _latent_spec(replica: Replica, bytes_per_token: int, role: str) -> LayerSpec:
    return LayerSpec(
        kind=Kind.LATENT,
        block_size=replica.block_size,
        bytes_per_token=bytes_per_token,
        content=(role,),
    )


def _attention_spec(cache: Attention, replica: Replica) -> LayerSpec:
    architecture, settings = replica.architecture, replica.settings
    heads = heads_on_one_gpu(cache.kv_heads, replica.parallel.tensor)
    element = element_bytes(cache_format(architecture, settings), architecture, settings)
    kind, reach = _kind_and_reach(cache)
    return LayerSpec(
        kind=kind,
        block_size=replica.block_size,
        bytes_per_token=heads * (cache.head_dim + cache.value_head_dim) * element,
        reach=reach,
        content=(heads, cache.head_dim, cache.value_head_dim, element),
    )


def _kind_and_reach(cache: Attention) -> tuple[Kind, int]:
    match cache:
        case SlidingWindow():
            return Kind.SLIDING, cache.window
        case ChunkedLocalAttention():
            return Kind.CHUNKED, cache.chunk
        case CrossAttention():
            return Kind.CROSS, 0
        case FullAttention():
            return Kind.FULL, 0


def _with_common_blocks(specs: dict[str, LayerSpec], replica: Replica) -> dict[str, LayerSpec]:
    """Return the specs in blocks so large that a page of attention holds a state.

    The pages of states are padded to those of attention (``_align_hybrid_block_size``).
    """
    largest = max((spec.state_bytes for spec in specs.values()), default=0)
    per_token = next(
        (spec.bytes_per_token for spec in specs.values() if spec.kind in GROWING), None
    )
    if not largest or per_token is None:
        return specs
    block_size = _block_that_holds(largest, per_token, replica)
    page = block_size * per_token
    return {
        name: spec.padded_to(page) if spec.kind is Kind.STATE else spec.with_block_size(block_size)
        for name, spec in specs.items()
    }


def _block_that_holds(state: int, per_token: int, replica: Replica) -> int:
    kernel = replica.settings.kernel_block_size
    step = max(kernel, replica.block_size)
    caches = [layer.cache for layer in replica.architecture.cache_layers]
    if any(isinstance(cache, LatentAttention) for cache in caches):
        step = max(step, replica.rules.hybrid_block_alignment_latent)
    enlarged = kernel * ceil_div(step * ceil_div(state, step * per_token), kernel)
    return max(replica.block_size, enlarged)
