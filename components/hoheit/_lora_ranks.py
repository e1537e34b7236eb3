"""The ranks of LoRA adapters that vLLM reserves memory for."""

from __future__ import annotations

RANKS = (1, 8, 16, 32, 64, 128, 256, 320, 512)
"""Values of ``--max-lora-rank``: ``MaxLoRARanks`` in vllm/config/lora.py of the vLLM 0.32.0
wheel, and the same in 0.33.0."""
LARGEST_RANK = RANKS[-1]


def reserved_rank(rank: int) -> int:
    """Return the smallest value of ``--max-lora-rank`` that an adapter of ``rank`` fits in."""
    return next(reserved for reserved in RANKS if reserved >= rank)
