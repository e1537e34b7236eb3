"""What one layer puts into a block of the KV cache on one GPU, as vLLM's ``KVCacheSpec`` says."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Self


class Kind(StrEnum):
    """How a layer's need for blocks grows with the length of a request."""

    FULL = "full_attention"
    LATENT = "mla_attention"
    SLIDING = "sliding_window"
    CHUNKED = "chunked_local_attention"
    CROSS = "cross_attention"
    STATE = "mamba"


GROWING = frozenset({Kind.FULL, Kind.LATENT})
"""Kinds that keep every token of a request."""


@dataclass(frozen=True, kw_only=True)
class LayerSpec:
    """The cache of one layer on one GPU. Equal specs may share a group."""

    kind: Kind
    block_size: int
    """Tokens in one block; without meaning for a state."""
    bytes_per_token: int = 0
    """0 for a state."""
    state_bytes: int = 0
    """0 for all but a state."""
    padded_bytes: int | None = None
    """Size to which the page is padded, so that pages of other layers fit."""
    reach: int = 0
    """Window or chunk in tokens."""
    state_blocks: int = 0
    """Blocks of state that one request holds."""
    content: tuple[int | str, ...] = ()
    """What else must be equal in one group: heads, their sizes, the format of an element."""

    @property
    def page_bytes(self) -> int:
        """Bytes of one block in this layer."""
        if self.padded_bytes is not None:
            return self.padded_bytes
        return self.state_bytes or self.block_size * self.bytes_per_token

    def with_block_size(self, block_size: int) -> Self:
        """Return the same cache in larger or smaller blocks."""
        return replace(self, block_size=block_size)

    def padded_to(self, page_bytes: int) -> Self:
        """Return the same cache in pages of ``page_bytes``."""
        return replace(self, padded_bytes=page_bytes)


@dataclass(frozen=True, kw_only=True)
class LoadOfOneRequest:
    """What decides how many blocks the longest request needs."""

    max_model_len: int
    tokens_in_flight: int
    """Tokens that may be scheduled and not yet settled."""
    encoder_tokens: int
    """Tokens of encoder output that the scheduler allows for."""
    retained_tokens: int
    """Tokens below a sliding window that drafters of several modules still read."""
    sliding_window_extra_blocks: int
    """Blocks more than the window, because it need not start at the beginning of one."""


def blocks_of_one_request(spec: LayerSpec, load: LoadOfOneRequest) -> int:
    """Return how many blocks of this cache a request of the greatest length holds."""
    match spec.kind:
        case Kind.FULL | Kind.LATENT:
            return ceil_div(load.max_model_len, spec.block_size)
        case Kind.SLIDING:
            tokens = spec.reach - 1 + load.retained_tokens + load.tokens_in_flight
            blocks = ceil_div(min(tokens, load.max_model_len), spec.block_size)
            return blocks + load.sliding_window_extra_blocks
        case Kind.CHUNKED:
            tokens = spec.reach + load.tokens_in_flight
            return ceil_div(min(tokens, load.max_model_len), spec.block_size)
        case Kind.CROSS:
            return ceil_div(load.encoder_tokens, spec.block_size)
        case Kind.STATE:
            return spec.state_blocks


def ceil_div(dividend: int, divisor: int) -> int:
    """Return the quotient, rounded up."""
    return -(-dividend // divisor)
