"""Bytes of an element of the cache, by the name of its format."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .architecture import Architecture, LatentAttention
    from .kv_layers import CacheSettings

_BYTES = {
    "float32": 4,
    "float": 4,
    "float16": 2,
    "half": 2,
    "bfloat16": 2,
    "fp8": 1,
    "fp8_e4m3": 1,
    "fp8_e5m2": 1,
}
"""vLLM's ``STR_DTYPE_TO_TORCH_DTYPE``, as far as the arithmetic needs nothing else."""
_DS_MLA_BYTES = 656
"""Of one token in the format ``fp8_ds_mla``: ``MLAAttention.get_kv_cache_spec``."""


def cache_format(architecture: Architecture, settings: CacheSettings) -> str:
    """Return the format of keys and values: the user's, else the checkpoint's, else the model's."""
    stated = architecture.quantization
    if settings.kv_cache_dtype == "auto" and stated is not None and stated.kv_cache_dtype:
        return stated.kv_cache_dtype
    return settings.kv_cache_dtype


def element_bytes(format_: str, architecture: Architecture, settings: CacheSettings) -> int:
    """Return the bytes of one element in ``format_``; ``auto`` is the model's own.

    Raises:
        ValueError: if the format packs elements with scales, or is not known.
    """
    if format_ == "auto":
        format_ = _model_dtype(architecture, settings)
    if format_ not in _BYTES:
        known = ", ".join(_BYTES)
        raise ValueError(f"kv_cache_dtype: the size of {format_!r} is not known; known: {known}")
    return _BYTES[format_]


def latent_bytes(
    cache: LatentAttention, architecture: Architecture, settings: CacheSettings
) -> int:
    """Return the bytes of one token in a cache of latent attention.

    Sparse attention in 8 bit keeps a part of the vector, and scales, in a format of its own.
    """
    format_ = cache_format(architecture, settings)
    if cache.sparse and format_.startswith("fp8"):
        return _DS_MLA_BYTES
    elements = cache.kv_lora_rank + cache.qk_rope_head_dim
    return elements * element_bytes(format_, architecture, settings)


def _model_dtype(architecture: Architecture, settings: CacheSettings) -> str:
    if settings.dtype != "auto":
        return settings.dtype
    # vLLM serves weights in float32 in 16 bit, unless it is told otherwise.
    return "float16" if architecture.dtype == "float32" else architecture.dtype
