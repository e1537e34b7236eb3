"""The KV cache of one replica, by vLLM's own rules: blocks, tokens, requests of full length.

The reference is ``get_kv_cache_configs`` in vLLM's ``v1/core/kv_cache_utils.py``; the serving tests
compare the two for every family of architectures.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from .kv_groups import Group, group_layers
from .kv_layers import CacheSettings, Replica, layer_specs, promotes_local, specs_by_stage
from .kv_rules import rules_of
from .kv_specs import GROWING, Kind, LoadOfOneRequest, blocks_of_one_request
from .parallel import ParallelSizes, check_split

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
    """Tokens in one block, after the engine adapted it to the model; 0 where only states are kept,
    whose size has nothing to do with tokens."""
    bytes_per_block: int
    """On the GPU with the most cache per block."""
    bytes_per_token: int
    """What a long context costs per token, on the same GPU: states and windows are not counted,
    unless every layer has a window. 0 where only states are kept."""
    bytes_per_request: int
    """What one request of ``max_model_len`` holds, on the same GPU."""
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


def kv_cache(
    architecture: Architecture,
    settings: CacheSettings,
    parallel: ParallelSizes,
    available_bytes: int,
    version: str,
) -> KvCache:
    """Return the KV cache that vLLM makes of ``available_bytes`` on each GPU.

    Raises:
        DoesNotFitError: if the GPUs do not divide the model.
        ValueError: if the version is unknown, or does not serve the model.
    """
    replica = Replica(architecture, settings, parallel, rules_of(version))
    _refuse_what_is_not_served(replica)
    check_split(architecture, parallel)
    specs = layer_specs(replica)
    groups = group_layers(specs, replica.rules, promote_local=promotes_local(replica))
    if not groups:
        return _NOTHING
    return _filled(replica, groups, specs_by_stage(replica, specs), available_bytes)


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
        block_size=min(_attention_blocks(groups), default=0),
        bytes_per_block=widest,
        bytes_per_token=max(_bytes_per_token(groups, part) for part in parts),
        bytes_per_request=sum(needs) * widest,
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
    bytes_per_request=0,
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
    held = [
        spec
        for group in groups
        for name, spec in zip(group.layers, group.specs, strict=True)
        if name in part
    ]
    growing = sum(spec.bytes_per_token for spec in held if spec.kind in GROWING)
    return growing or sum(spec.bytes_per_token for spec in held)


def _needed_bytes(
    groups: Sequence[Group], needs: Sequence[int], widest: int, rules: KvCacheRules
) -> int:
    if rules.checks_stage_with_null_block:
        return (sum(needs) + 1) * widest
    if groups[0].mixed:
        return needs[0] * sum(spec.page_bytes for spec in groups[0].specs)
    return needs[0] * max(sum(spec.page_bytes for spec in group.specs) for group in groups)


def _tokens(groups: Sequence[Group], blocks: int, concurrency: float, replica: Replica) -> int:
    longest = replica.settings.max_model_len
    if replica.rules.tokens == "concurrency":
        return int(concurrency * longest)
    # Without prefix caching, a block of a state stands for the longest request.
    return blocks // len(groups) * min(_attention_blocks(groups), default=longest)


def _attention_blocks(groups: Sequence[Group]) -> set[int]:
    """Return the sizes of the blocks that hold tokens, rather than a state."""
    specs = (spec for group in groups for spec in group.specs)
    return {spec.block_size for spec in specs if spec.kind is not Kind.STATE}


def _summary(group: Group, blocks: int) -> CacheGroup:
    first = group.specs[0]
    return CacheGroup(
        kind=first.kind.value,
        layers=len(group.layers),
        block_size=first.block_size,
        blocks_per_request=blocks,
    )
