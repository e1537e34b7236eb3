"""Memory of the largest step: what vLLM's profile run finds at its peak."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from .architecture import LatentAttention
from .feed_forward import dense_size, is_gated
from .matrix import number

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hoheit_facts import EngineMemory

    from .architecture import Architecture

_FLOAT32_BYTES = 4
ERROR = 0.2
"""Share; alignment, workspaces of kernels and what a compiler fuses differ by GPU and release."""
_CONTEXT_WORKSPACE_TOKENS = 65_536
"""Most tokens of earlier context that latent attention decompresses at once (vLLM's
``determine_chunked_prefill_workspace_size``)."""


@dataclass(frozen=True, kw_only=True)
class Step:
    """The largest step that the scheduler makes."""

    tokens: int
    """``max_num_batched_tokens``."""
    requests: int
    """``max_num_seqs``."""
    max_model_len: int
    element_bytes: int
    """Of an activation."""
    tensor_parallel: int
    samples: bool = True
    """Whether this GPU holds the output embeddings: the last stage of a pipeline."""


@dataclass(frozen=True, kw_only=True)
class ActivationEstimate:
    """Memory of the profile run on one GPU."""

    peak: int
    """Bytes at the peak, free again afterwards."""
    where: str
    """What exists at the peak."""
    kept: int
    """Bytes that stay for as long as the engine runs."""


def activations_of_one_gpu(
    architecture: Architecture, config: Mapping[str, object], facts: EngineMemory, step: Step
) -> ActivationEstimate:
    """Return the peak of a step with the most tokens, followed by sampling for the most requests.

    One layer lives at a time, so the peak is the widest of: the feed-forward block (gate and up
    projection, their product, and three tensors as wide as the model: residual, input, output),
    the attention block, and the sampler with the logits of every request.
    """
    candidates = {
        "feed-forward block": _feed_forward(architecture, config, step),
        "attention block": _attention(architecture, config, step),
    }
    if step.samples:
        candidates["sampler"] = _sampler(architecture, facts, step)
    where = max(candidates, key=lambda name: candidates[name])
    state = facts.request_state_bytes_per_vocabulary_entry if step.samples else 0
    return ActivationEstimate(
        peak=candidates[where],
        where=where,
        kept=int(step.requests * architecture.vocab_size * state),
    )


def _feed_forward(architecture: Architecture, config: Mapping[str, object], step: Step) -> int:
    stream = 3 * architecture.hidden_size
    factors = 3 if is_gated(architecture) else 2
    dense = factors * dense_size(architecture, config) // step.tensor_parallel
    widths = [stream + dense]
    experts = architecture.experts
    if experts is not None:
        inner = experts.intermediate_size // step.tensor_parallel
        projected = (2 if is_gated(architecture) else 1) * inner
        # One buffer serves the first product and the last; the activation has its own.
        chosen = experts.per_token * (max(projected, architecture.hidden_size) + inner)
        shared = factors * experts.shared_intermediate_size // step.tensor_parallel
        widths.append(stream + max(chosen, shared) + architecture.hidden_size)
    return step.tokens * max(widths) * step.element_bytes


def _attention(architecture: Architecture, config: Mapping[str, object], step: Step) -> int:
    parallel, hidden = step.tensor_parallel, architecture.hidden_size
    heads = -(-architecture.num_attention_heads // parallel)
    keys = max(1, architecture.num_kv_heads // parallel)
    # Queries twice, before and after rotation; keys and values; and the output.
    width = (3 * heads + 2 * keys) * architecture.head_dim + 3 * hidden
    size = step.tokens * width * step.element_bytes
    for entry in architecture.cache_layers:
        if isinstance(entry.cache, LatentAttention):
            return size + _context_workspace(config, entry.cache, heads, step)
    return size


def _context_workspace(
    config: Mapping[str, object], cache: LatentAttention, heads: int, step: Step
) -> int:
    tokens = min(8 * step.max_model_len, _CONTEXT_WORKSPACE_TOKENS)
    compressed = cache.kv_lora_rank + cache.qk_rope_head_dim
    plain, value = number(config, "qk_nope_head_dim"), number(config, "v_head_dim")
    return tokens * (compressed + heads * (plain + value)) * step.element_bytes


def _sampler(architecture: Architecture, facts: EngineMemory, step: Step) -> int:
    logits = step.requests * architecture.vocab_size
    copies = int(logits * _FLOAT32_BYTES * facts.sampler_float32_copies)
    hidden = (step.tokens + step.requests) * architecture.hidden_size * step.element_bytes
    return copies + hidden
