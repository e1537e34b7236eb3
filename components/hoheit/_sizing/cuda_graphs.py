"""Memory of CUDA graphs: how many are captured, and what published logs say that one takes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from hoheit_facts import OBSERVED_MEMORY

if TYPE_CHECKING:
    from hoheit_facts import EngineMemory

    from .activations import Step

_SMALL = (1, 2, 4)
_STEP, _WIDE_STEP, _WIDE_FROM = 8, 16, 256


@dataclass(frozen=True, kw_only=True)
class GraphEstimate:
    """Memory of all graphs on one GPU."""

    bytes: int
    at_most: int
    captured: int
    """Graphs of the whole model; each also consists of a graph per layer where attention runs
    outside."""


def capture_sizes(largest: int) -> list[int]:
    """Return the numbers of tokens that vLLM captures by default: 1, 2, 4, then steps of 8, of 16.

    From ``VllmConfig._set_cudagraph_sizes``.
    """
    sizes = [size for size in _SMALL if size <= largest]
    sizes += range(_STEP, min(largest + 1, _WIDE_FROM), _STEP)
    return sizes + list(range(_WIDE_FROM, largest + 1, _WIDE_STEP))


def graphs_of_one_gpu(
    facts: EngineMemory, step: Step, *, layers: int, capture_limit: int, adapters: bool
) -> GraphEstimate:
    """Return what the graphs take.

    Every size is captured piece by piece for mixed batches, and as a whole for decoding up to
    the most requests; with adapters all of it twice, with and without
    (``cudagraph_specialize_lora``). What the driver keeps of a graph is documented nowhere: the
    estimate is a mean of published logs, and its error the factor by which they lie apart.
    """
    largest = min(2 * step.requests, capture_limit, step.tokens)
    pieces = capture_sizes(largest)
    whole = [size for size in pieces if size <= step.requests]
    captured = (len(pieces) + len(whole)) * (2 if adapters else 1)
    size = captured * layers * OBSERVED_MEMORY.graph_kib_per_layer_and_size * 1024
    return GraphEstimate(
        bytes=size, at_most=int(size * facts.graph_error_factor), captured=captured
    )
