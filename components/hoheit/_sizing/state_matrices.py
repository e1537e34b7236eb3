"""Shapes of the matrices in layers that keep a state of fixed size instead of a KV cache."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .architecture import StateKind

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from .architecture import Architecture, State

_Shape = tuple[str, int, int, str]
"""Name, inputs, outputs, and what tensor parallelism divides."""


def state_shapes(
    architecture: Architecture, config: Mapping[str, object], state: State
) -> Iterator[_Shape]:
    """Return the matrices of a layer by the kind of its state."""
    hidden = architecture.hidden_size
    inner = state.heads * state.head_dim
    match state.kind:
        case StateKind.MAMBA1:
            yield from _mamba1(hidden, config, state)
        case StateKind.MAMBA2:
            projected = 2 * inner + 2 * state.groups * state.state_size + state.heads
            yield "in_proj", hidden, projected, "outputs"
            yield (
                "conv1d",
                state.conv_kernel,
                inner + 2 * state.groups * state.state_size,
                "outputs",
            )
            yield "out_proj", inner, hidden, "inputs"
        case StateKind.GATED_DELTA_NET:
            keys = state.key_heads * state.state_size
            yield "in_proj_qkvz", hidden, 2 * keys + 2 * inner, "outputs"
            yield "in_proj_ba", hidden, 2 * state.heads, "outputs"
            yield "conv1d", state.conv_kernel, 2 * keys + inner, "outputs"
            yield "out_proj", inner, hidden, "inputs"
        case StateKind.KIMI_DELTA_ATTENTION:
            for name in ("q_proj", "k_proj", "v_proj"):
                yield name, hidden, inner, "outputs"
            for name in ("f", "g"):
                yield f"{name}_a_proj", hidden, state.head_dim, "none"
                yield f"{name}_b_proj", state.head_dim, inner, "outputs"
            yield "b_proj", hidden, state.heads, "outputs"
            yield "conv1d", state.conv_kernel, 3 * inner, "outputs"
            yield "o_proj", inner, hidden, "inputs"
        case StateKind.LINEAR_ATTENTION:
            yield "qkv_proj", hidden, 3 * inner, "outputs"
            yield "output_gate", hidden, inner, "outputs"
            yield "out_proj", inner, hidden, "inputs"
        case StateKind.SHORT_CONV:
            yield "in_proj", hidden, 3 * state.conv_dim, "outputs"
            yield "conv", state.conv_kernel, state.conv_dim, "outputs"
            yield "out_proj", state.conv_dim, hidden, "inputs"


def _mamba1(hidden: int, config: Mapping[str, object], state: State) -> Iterator[_Shape]:
    inner, size = state.conv_dim, state.state_size
    rank = config.get("time_step_rank", config.get("mamba_dt_rank"))
    low = rank if isinstance(rank, int) else -(-hidden // 16)
    yield "in_proj", hidden, 2 * inner, "outputs"
    yield "conv1d", state.conv_kernel, inner, "outputs"
    yield "x_proj", inner, low + 2 * size, "inputs"
    yield "dt_proj", low, inner, "outputs"
    yield "A_log", size, inner, "outputs"
    yield "out_proj", inner, hidden, "inputs"
