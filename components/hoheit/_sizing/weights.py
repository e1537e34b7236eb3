"""Memory of the weights on one GPU, from the model's configuration."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from .architecture import LatentAttention, State
from .matrices import layer_matrices
from .matrix import Matrix, number
from .parallel import stages

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from .architecture import Architecture, Quantization
    from .parallel import ParallelSizes

_VOCABULARY_MULTIPLE = 64
"""vLLM pads embeddings to whole multiples of this many entries."""
_SCALE_BITS = 16
_PLAIN_ERROR = 0.01
_QUANTIZED_ERROR = 0.03
_UNUSUAL_ERROR = 0.05
_MICROSCALING = {"mxfp4": (4, 32), "nvfp4": (4, 16), "modelopt_fp4": (4, 16)}
"""Bits of an element, and how many share a scale of 8 bits."""


@dataclass(frozen=True, kw_only=True)
class WeightsEstimate:
    """Memory of the weights on the GPU that holds most of them."""

    bytes: int
    error: float
    """Share by which the engine's "Model loading took" may differ."""
    parameters: int
    """Of the text model, every expert counted."""


class UnknownQuantizationError(ValueError):
    """The configuration does not say how many bits a weight has."""


def weights_of_one_gpu(
    architecture: Architecture,
    config: Mapping[str, object],
    parallel: ParallelSizes,
    *,
    element_bytes: int,
) -> WeightsEstimate:
    """Return the memory of the weights on the GPU that holds most of them.

    Matrices by their bits with scales and zero points; embeddings, output embeddings, norms and
    routers in full precision; and the table of rotary positions, which the engine makes.

    Raises:
        UnknownQuantizationError: if the configuration does not say how many bits a weight has.
    """
    bits = bits_per_weight(architecture.quantization)
    full = element_bytes * 8
    layers = layer_matrices(architecture, config)
    names = _unquantized(architecture.quantization)
    sizes = [
        sum(
            matrix.elements_on(parallel.tensor)
            * (full if bits is None or _is_left(matrix, layer, names) else bits)
            / 8
            for matrix in matrices
        )
        for layer, matrices in enumerate(layers)
    ]
    parts = stages(architecture.num_hidden_layers, parallel.pipeline)
    largest = max(
        sum(sizes[layer] for layer in part)
        + _embeddings(architecture, place, len(parts)) * element_bytes // parallel.tensor
        + (2 * len(part) + 1) * architecture.hidden_size * element_bytes
        for place, part in enumerate(parts)
    )
    return WeightsEstimate(
        bytes=int(largest) + _positions(architecture, config, element_bytes),
        error=_error(architecture),
        parameters=_parameters(architecture, layers),
    )


def bits_per_weight(quantization: Quantization | None) -> float | None:
    """Return the bits of one quantised weight with its share of scales and zero points.

    None where nothing is quantised.

    Raises:
        UnknownQuantizationError: if the configuration does not say it.
    """
    if quantization is None:
        return None
    if quantization.method in _MICROSCALING:
        bits, group = _MICROSCALING[quantization.method]
        return bits + 8 / group
    if quantization.bits is None:
        raise UnknownQuantizationError(
            f"weights.config.quantization_config: the bits of a weight in "
            f"'{quantization.method}' are not said; declare weights.size_gib"
        )
    if not quantization.group_size or quantization.group_size < 0:
        return float(quantization.bits)
    zeros = quantization.bits if quantization.zero_point else 0
    return quantization.bits + (_SCALE_BITS + zeros) / quantization.group_size


def _embeddings(architecture: Architecture, place: int, count: int) -> int:
    """Return the elements of input and output embeddings in one stage of the pipeline."""
    rows = -(-architecture.vocab_size // _VOCABULARY_MULTIPLE) * _VOCABULARY_MULTIPLE
    table = rows * architecture.hidden_size
    first, last = place == 0, place == count - 1
    if architecture.tie_word_embeddings:
        return table if first or last else 0
    return table * (first + last)


def _positions(architecture: Architecture, config: Mapping[str, object], element_bytes: int) -> int:
    """Return the bytes of sines and cosines of every position, which all layers share."""
    width = architecture.head_dim
    for entry in architecture.cache_layers:
        if isinstance(entry.cache, LatentAttention):
            width = entry.cache.qk_rope_head_dim
    positions = max(number(config, "max_position_embeddings"), architecture.max_model_len)
    return positions * width * element_bytes


def _unquantized(quantization: Quantization | None) -> tuple[str, ...]:
    return quantization.unquantized if quantization else ()


def _is_left(matrix: Matrix, layer: int, names: Iterable[str]) -> bool:
    """Whether quantisation leaves a matrix alone, by the names that the configuration lists."""
    if not matrix.quantizable:
        return True
    block = "mlp" if "proj" in matrix.name and matrix.name[0] not in "qkvo" else "self_attn"
    path = f"model.layers.{layer}.{block}.{matrix.name}"
    for name in names:
        if name.startswith("re:"):
            if re.match(name.removeprefix("re:"), path):
                return True
        elif "*" in name:
            if re.search(re.escape(name).replace(r"\*", ".*"), path):
                return True
        elif name in path:
            return True
    return False


def _parameters(architecture: Architecture, layers: Iterable[Iterable[Matrix]]) -> int:
    own = (matrix for layer in layers for matrix in layer if matrix.name != "absorbed_kv_b")
    tables = 1 if architecture.tie_word_embeddings else 2
    norms = (2 * architecture.num_hidden_layers + 1) * architecture.hidden_size
    embeddings = tables * architecture.vocab_size * architecture.hidden_size
    return sum(matrix.elements_on(1) for matrix in own) + embeddings + norms


def _error(architecture: Architecture) -> float:
    unusual = any(
        isinstance(entry.cache, LatentAttention | State) for entry in architecture.cache_layers
    )
    if unusual:
        return _UNUSUAL_ERROR
    return _QUANTIZED_ERROR if architecture.quantization else _PLAIN_ERROR
