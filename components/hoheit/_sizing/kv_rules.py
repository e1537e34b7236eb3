"""The rules of a version of the engine, and the blocks that its attention kernels take."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hoheit_facts import KV_CACHE_RULES

from .architecture import LatentAttention

if TYPE_CHECKING:
    from hoheit_facts import KvCacheRules

    from .architecture import Architecture


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
