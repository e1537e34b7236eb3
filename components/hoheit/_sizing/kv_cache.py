"""The KV cache of one replica, by vLLM's own rules: blocks, tokens, requests of full length.

The reference is ``get_kv_cache_configs`` in vLLM's ``v1/core/kv_cache_utils.py``; the serving tests
compare the two for every family of architectures.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from hoheit_facts import KV_CACHE_RULES

from .architecture import LatentAttention
from .kv_groups import Group, group_layers
from .kv_layers import (
    CacheSettings,
    ParallelSizes,
    Replica,
    layer_specs,
    promotes_local,
    stages,
)
from .kv_specs import GROWING, LoadOfOneRequest, blocks_of_one_request

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from hoheit_facts import KvCacheRules

    from .architecture import Architecture
    from .kv_specs import LayerSpec


@dataclass(frozen=True, kw_only=True)
class CacheGroup:
    """Layers that share a block table."""

    kind: str
    layers: int
    block_size: int
    """Tokens in one block."""
    blocks_per_request: int
    """Blocks that one request of ``max_model_len`` holds."""


@dataclass(frozen=True, kw_only=True)
class KvCache:
    """The KV cache that the engine makes of the available memory."""

    groups: tuple[CacheGroup, ...]
    block_size: int
    """Tokens in one block, after the engine adapted it to the model."""
    bytes_per_block: int
    """On the GPU with the most cache per block."""
    bytes_per_token: int
    """What a long context costs per token, on the same GPU; states and windows not counted."""
    num_blocks: int
    """On each GPU: that of the stage with the fewest."""
    tokens: int
    """As the engine logs ``GPU KV cache size``."""
    max_concurrency: float
    """Requests of ``max_model_len`` at the same time, as the engine logs them; 0 without cache."""
    needed_bytes: int
    """What one request of ``max_model_len`` needs on one GPU."""
    enough: bool
    """Whether the engine starts: one request of ``max_model_len`` fits."""


def rules_of(version: str) -> KvCacheRules:
    """Return the rules of a version of vLLM.

    Raises:
        ValueError: if we do not know this version.
    """
    if version not in KV_CACHE_RULES:
        known = ", ".join(KV_CACHE_RULES)
        raise ValueError(f"version: the KV cache of vLLM {version} is not known; known: {known}")
    return KV_CACHE_RULES[version]


def kernel_block_size(
    architecture: Architecture, compute_capability: str, version: str, kv_cache_dtype: str = "auto"
) -> int:
    """Return the smallest block that the attention kernel takes on this kind of GPU.

    Only latent attention asks for other blocks than every version's 16 tokens.
    """
    rules = rules_of(version)
    latent = [c.cache for c in architecture.cache_layers if isinstance(c.cache, LatentAttention)]
    if not latent:
        return rules.block_size
    if any(cache.sparse for cache in latent):
        return rules.sparse_block_size
    major = compute_capability.partition(".")[0]
    eight_bit = kv_cache_dtype.startswith("fp8")
    sizes = rules.latent_block_sizes_8_bit if eight_bit else rules.latent_block_sizes
    return sizes.get(major, rules.block_size)


def kv_cache(
    architecture: Architecture,
    settings: CacheSettings,
    parallel: ParallelSizes,
    available_bytes: int,
    version: str,
) -> KvCache:
    """Return the KV cache that vLLM makes of ``available_bytes`` on each GPU.

    Raises:
        ValueError: if the version is unknown, the GPUs do not divide the model, or this version
            does not serve it.
    """
    replica = Replica(architecture, settings, parallel, rules_of(version))
    _refuse_what_is_not_served(replica)
    specs = layer_specs(replica)
    groups = group_layers(specs, replica.rules, promote_local=promotes_local(replica))
    if not groups:
        return _NOTHING
    return _filled(replica, groups, stages(replica, specs), available_bytes)


def longest_model_len(
    architecture: Architecture,
    settings: CacheSettings,
    parallel: ParallelSizes,
    available_bytes: int,
    version: str,
) -> int:
    """Return the greatest ``max_model_len``, up to that of ``settings``, that fits; 0 for none."""
    fitting, too_long = 0, settings.max_model_len + 1
    while too_long - fitting > 1:
        length = (fitting + too_long) // 2
        trial = replace(settings, max_model_len=length)
        if kv_cache(architecture, trial, parallel, available_bytes, version).enough:
            fitting = length
        else:
            too_long = length
    return fitting


def _refuse_what_is_not_served(replica: Replica) -> None:
    name = replica.architecture.name
    if name in replica.rules.architectures_lacking:
        raise ValueError(
            f"version: vLLM {replica.rules.version} does not serve {name}; take another version"
        )


def _filled(
    replica: Replica,
    groups: Sequence[Group],
    parts: Sequence[Mapping[str, LayerSpec]],
    available_bytes: int,
) -> KvCache:
    rules, settings = replica.rules, replica.settings
    load = _load(replica)
    needs = [max(blocks_of_one_request(spec, load) for spec in group.specs) for group in groups]
    widest = max(_bytes_per_block(groups, part, rules) for part in parts)
    override = settings.num_gpu_blocks_override
    blocks = available_bytes // widest if override is None else override
    concurrency = blocks / sum(needs)
    needed = _needed_bytes(groups, needs, widest, rules)
    budget = available_bytes if override is None else override * widest
    return KvCache(
        groups=tuple(map(_summary, groups, needs)),
        block_size=min(spec.block_size for group in groups for spec in group.specs),
        bytes_per_block=widest,
        bytes_per_token=max(_bytes_per_token(groups, part) for part in parts),
        num_blocks=blocks,
        tokens=_tokens(groups, blocks, concurrency, replica),
        max_concurrency=concurrency,
        needed_bytes=needed,
        enough=needed <= budget,
    )


_NOTHING = KvCache(
    groups=(),
    block_size=0,
    bytes_per_block=0,
    bytes_per_token=0,
    num_blocks=1,
    tokens=0,
    max_concurrency=0.0,
    needed_bytes=0,
    enough=True,
)
"""Of a model whose layers keep nothing: the engine makes one block that it never fills."""


def _load(replica: Replica) -> LoadOfOneRequest:
    settings = replica.settings
    batches = 1
    if replica.rules.counts_batches_in_flight:
        # A batch is prepared while another runs, and one more is in each pipeline stage.
        batches = replica.parallel.pipeline + (1 if settings.async_scheduling else 0)
    return LoadOfOneRequest(
        max_model_len=settings.max_model_len,
        tokens_in_flight=batches * settings.max_num_batched_tokens,
        encoder_tokens=settings.max_num_batched_tokens,
        retained_tokens=max(0, settings.prefill_lookahead_tokens - 1),
        sliding_window_extra_blocks=replica.rules.sliding_window_extra_blocks,
    )


def _bytes_per_block(
    groups: Sequence[Group], part: Mapping[str, LayerSpec], rules: KvCacheRules
) -> int:
    if rules.mixed_group_counts_whole_model and groups[0].mixed:
        return sum(spec.page_bytes for spec in groups[0].specs)
    return max(group.page_bytes(part) for group in groups)


def _bytes_per_token(groups: Sequence[Group], part: Mapping[str, LayerSpec]) -> int:
    return sum(
        spec.bytes_per_token
        for group in groups
        for name, spec in zip(group.layers, group.specs, strict=True)
        if name in part and spec.kind in GROWING
    )


def _needed_bytes(
    groups: Sequence[Group], needs: Sequence[int], widest: int, rules: KvCacheRules
) -> int:
    if rules.checks_stage_with_null_block:
        return (sum(needs) + 1) * widest
    if groups[0].mixed:
        return needs[0] * sum(spec.page_bytes for spec in groups[0].specs)
    return needs[0] * max(sum(spec.page_bytes for spec in group.specs) for group in groups)


def _tokens(groups: Sequence[Group], blocks: int, concurrency: float, replica: Replica) -> int:
    if replica.rules.tokens == "concurrency":
        return int(concurrency * replica.settings.max_model_len)
    smallest = min(spec.block_size for group in groups for spec in group.specs)
    return blocks // len(groups) * smallest


def _summary(group: Group, blocks: int) -> CacheGroup:
    first = group.specs[0]
    return CacheGroup(
        kind=first.kind.value,
        layers=len(group.layers),
        block_size=first.block_size,
        blocks_per_request=blocks,
    )
