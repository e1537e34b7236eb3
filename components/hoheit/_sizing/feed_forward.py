"""The matrices of the feed-forward block: dense, or a mixture of experts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .matrix import Matrix, Split, number

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from .architecture import Architecture

_UNGATED = frozenset(
    {
        "bloom",
        "falcon",
        "gpt2",
        "gpt_bigcode",
        "gpt_neox",
        "gptj",
        "mpt",
        "nemotron",
        "nemotron_h",
        "opt",
        "persimmon",
        "phi",
        "starcoder2",
        "whisper",
    }
)
"""Values of ``model_type`` whose feed-forward block has no gate: two matrices instead of three."""
_WITHOUT_BLOCK = frozenset({"mamba", "mamba2", "falcon_mamba"})
"""Values of ``model_type`` whose layers have a state and nothing after it."""


def is_gated(architecture: Architecture) -> bool:
    """Whether a feed-forward block multiplies by a gate (SwiGLU and its relatives)."""
    return architecture.model_type not in _UNGATED


def dense_size(architecture: Architecture, config: Mapping[str, object]) -> int:
    """Return the inner size of a dense feed-forward block; 0 where no layer has one."""
    size = architecture.intermediate_size
    if architecture.model_type == "falcon":
        return size or number(config, "ffn_hidden_size") or 4 * architecture.hidden_size
    if architecture.model_type == "lfm2" and config.get("block_auto_adjust_ff_dim"):
        # Two thirds, as a gate is a third matrix, in whole multiples.
        step = number(config, "block_multiple_of") or 1
        return -(-int(2 * size / 3) // step) * step
    return size


def feed_forward(
    architecture: Architecture, config: Mapping[str, object], *, experts: bool, alone: bool
) -> Iterator[Matrix]:
    """Return the matrices of one layer's block.

    Args:
        architecture: of the model.
        config: of the text model.
        experts: whether the layer has experts.
        alone: whether it has nothing but this block.
    """
    hidden, mixture = architecture.hidden_size, architecture.experts
    gated = is_gated(architecture)
    if architecture.model_type in _WITHOUT_BLOCK:
        return
    if architecture.model_type == "nemotron_h" and not alone:
        # Its layers are attention, state or feed-forward, never two of them.
        return
    if mixture is None or not experts:
        yield from _block("", hidden, dense_size(architecture, config), gated=gated)
        return
    yield Matrix(
        name="gate", inputs=hidden, outputs=mixture.count, quantizable=False, adaptable=False
    )
    yield from _block(
        "experts.", hidden, mixture.intermediate_size, gated=gated, count=mixture.count
    )
    yield from _block("shared_experts.", hidden, mixture.shared_intermediate_size, gated=gated)


def _block(
    prefix: str, hidden: int, intermediate: int, *, gated: bool, count: int = 1
) -> Iterator[Matrix]:
    if not intermediate:
        return
    for name in ("gate_proj", "up_proj") if gated else ("up_proj",):
        yield Matrix(
            name=f"{prefix}{name}",
            inputs=hidden,
            outputs=intermediate,
            split=Split.OUTPUTS,
            count=count,
        )
    yield Matrix(
        name=f"{prefix}down_proj",
        inputs=intermediate,
        outputs=hidden,
        split=Split.INPUTS,
        count=count,
    )
