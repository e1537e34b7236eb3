"""What decides the memory of a model: its size, and what each layer keeps of a request.

The words are those of ``config.json`` and of vLLM. Every number is that of the whole model, before
it is divided among GPUs.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class UnknownArchitectureError(ValueError):
    """The configuration does not say, or we do not know, what its layers keep."""


@dataclass(frozen=True, kw_only=True)
class FullAttention:
    """Keys and values of every token of a request."""

    kv_heads: int
    head_dim: int
    value_head_dim: int


@dataclass(frozen=True, kw_only=True)
class SlidingWindow:
    """Keys and values of the last ``window`` tokens."""

    kv_heads: int
    head_dim: int
    value_head_dim: int
    window: int


@dataclass(frozen=True, kw_only=True)
class ChunkedLocalAttention:
    """Keys and values of the tokens in the current chunk of ``chunk`` tokens."""

    kv_heads: int
    head_dim: int
    value_head_dim: int
    chunk: int


@dataclass(frozen=True, kw_only=True)
class LatentAttention:
    """One compressed vector per token for keys and values together (MLA), on every GPU."""

    kv_lora_rank: int
    qk_rope_head_dim: int
    sparse: bool = False
    """Whether an indexer chooses the tokens it reads; some cache formats depend on it."""


@dataclass(frozen=True, kw_only=True)
class Indexer:
    """The keys by which sparse attention chooses its tokens, one per token, on every GPU."""

    head_dim: int
    quant_block_size: int
    """Elements that share one scale of 4 bytes."""


class StateKind(StrEnum):
    """How a layer with a state of fixed size computes it."""

    MAMBA1 = "mamba1"
    MAMBA2 = "mamba2"
    LINEAR_ATTENTION = "linear_attention"
    GATED_DELTA_NET = "gated_delta_net"
    KIMI_DELTA_ATTENTION = "kimi_delta_attention"
    SHORT_CONV = "short_conv"


@dataclass(frozen=True, kw_only=True)
class State:
    """A state of fixed size per request, whatever its length. What a kind has not is 0."""

    kind: StateKind
    heads: int = 0
    """Heads of the recurrent state; of the values in a gated delta net."""
    head_dim: int = 0
    """Rows of one head's state; of the values in a gated delta net."""
    state_size: int = 0
    """Columns of one head's state."""
    groups: int = 0
    """Groups of Mamba 2 that share B and C."""
    key_heads: int = 0
    """Heads of the keys in a gated delta net."""
    conv_dim: int = 0
    """Channels of the convolution in Mamba 1, Mamba 2 (x only) and short convolutions."""
    conv_kernel: int = 0
    """Width of the convolution; its state has one column less."""
    recurrent_dtype: str | None = None
    """Format of the recurrent state, where ``config.json`` names one."""


@dataclass(frozen=True, kw_only=True)
class CrossAttention:
    """Keys and values of the encoder's output."""

    kv_heads: int
    head_dim: int
    value_head_dim: int


@dataclass(frozen=True, kw_only=True)
class EncoderOnly:
    """Attention over the whole input at once: nothing is kept."""


@dataclass(frozen=True, kw_only=True)
class SharedCache:
    """Reads the cache of another layer and keeps none of its own."""

    layer: int
    """Index of the layer whose cache it reads."""


Attention = FullAttention | SlidingWindow | ChunkedLocalAttention | CrossAttention
"""Caches of keys and values by head."""

Cache = Attention | LatentAttention | Indexer | State | EncoderOnly | SharedCache
"""What one layer keeps."""


@dataclass(frozen=True, kw_only=True)
class CacheLayer:
    """One cache of one layer; a layer may have two (attention and a state, self and cross)."""

    layer: int
    """Index of the layer, from 0; pipeline stages are ranges of it."""
    cache: Cache


@dataclass(frozen=True, kw_only=True)
class Quantization:
    """How the weights are stored, as ``quantization_config`` says."""

    method: str
    """``quant_method``, for example ``awq``, ``gptq``, ``fp8`` or ``compressed-tensors``."""
    bits: int | None
    """Per weight; None where the configuration has no single number."""
    group_size: int | None
    """Weights that share one scale; None where there is no such group."""
    zero_point: bool | None = None
    """Whether a group has a zero point beside its scale; None where it is not said."""
    kv_cache_dtype: str | None = None
    """Format that the checkpoint asks for in the KV cache; None for the model's own."""
    unquantized: tuple[str, ...] = ()
    """Names of modules that stay in full precision, as far as they are listed."""


@dataclass(frozen=True, kw_only=True)
class Experts:
    """The experts of a mixture-of-experts layer."""

    count: int
    per_token: int
    intermediate_size: int
    shared_intermediate_size: int
    """Of all shared experts together; 0 without."""
    layers: tuple[int, ...]
    """Indices of the layers that have experts; the others have one dense block."""


@dataclass(frozen=True, kw_only=True)
class Architecture:
    """A model as far as its memory goes."""

    name: str
    """``architectures[0]``, the name by which vLLM chooses the model's code."""
    model_type: str
    hidden_size: int
    intermediate_size: int
    """Of the dense feed-forward block; 0 where no layer has one."""
    vocab_size: int
    num_hidden_layers: int
    num_attention_heads: int
    num_kv_heads: int
    head_dim: int
    max_model_len: int
    """Tokens, as vLLM derives them from the positions and their scaling."""
    dtype: str
    """``bfloat16``, ``float16`` or ``float32``, as the configuration says."""
    quantization: Quantization | None
    experts: Experts | None
    tie_word_embeddings: bool
    cache_layers: tuple[CacheLayer, ...]
    """In the order in which vLLM creates them."""
