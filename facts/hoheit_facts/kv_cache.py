"""How each version of the engine divides its KV cache, where the versions differ."""

from dataclasses import dataclass
from typing import Any

from ._data import load


@dataclass(frozen=True, kw_only=True)
class KvCacheRules:
    """What one version of vLLM does with its KV cache, read from its wheel."""

    version: str
    block_size: int
    """Tokens in a block where neither the user nor the attention kernel asks for another size."""
    tokens: str
    """What the log calls KV cache size: ``blocks`` (blocks of one group times their size) or
    ``concurrency`` (maximum concurrency times ``max_model_len``)."""
    sliding_window_extra_blocks: int
    """Blocks that a request holds beside its window, which need not start with a block."""
    counts_batches_in_flight: bool
    """Whether a window is sized for all batches in flight, or for one."""
    near_equal_groups: float
    """Below this ratio of most to fewest layers of a kind, the few are padded to the many."""
    pads_pages: bool
    """Whether a page that does not divide the largest is padded; else the model is refused."""
    promotes_windows_beside_latent: bool
    """Whether windows beside latent attention fall back to blocks for the whole context."""
    checks_stage_with_null_block: bool
    """Whether the longest request is checked against each stage's memory less one block; else that
    of all stages, and of the first group of layers only, against the memory of one GPU."""
    mixed_group_counts_whole_model: bool
    """Whether a pipeline stage divides its memory by the pages of all stages."""
    state_prefix_caching: bool
    """Whether prefixes are cached by default in models with state layers."""
    state_blocks_cached: int
    """Blocks of state that a request holds more when prefixes are cached."""
    state_checkpoint_kinds: tuple[str, ...]
    """Kinds of state that hold one more block then, for a checkpoint within a prefill."""
    state_blocks_per_draft_token: bool
    """Whether each speculative token holds a block of state."""
    hybrid_block_alignment_latent: int
    """Multiple to which blocks of latent attention beside states are rounded, in tokens."""
    nemotron_h_state_dtype: str
    """Format of the recurrent state of Nemotron-H where ``config.json`` names none."""
    latent_block_sizes: dict[str, int]
    """Tokens in a block of latent attention, by the major number of the compute capability; where
    none stands, that of every other model."""
    latent_block_sizes_8_bit: dict[str, int]
    """The same where the cache is kept in 8 bit, which other kernels do."""
    sparse_block_size: int
    """Tokens in a block where an indexer chooses among latent vectors."""
    architectures_lacking: tuple[str, ...]
    """Names in ``architectures`` that we read and this version does not serve."""
    sources: dict[str, str]
    """Field name to file and function in the wheel of this version."""


def _read(records: list[dict[str, Any]]) -> dict[str, KvCacheRules]:
    rules: dict[str, KvCacheRules] = {}
    for record in records:
        names = ("state_checkpoint_kinds", "architectures_lacking")
        lists = {name: tuple(record.pop(name)) for name in names}
        rules[record["version"]] = KvCacheRules(**lists, **record)
    return rules


KV_CACHE_RULES: dict[str, KvCacheRules] = _read(load("kv_cache_versions"))
"""Rules by version of vLLM."""
