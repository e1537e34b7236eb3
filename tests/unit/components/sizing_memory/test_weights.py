"""Memory of the weights from the configuration: bits, what is left unquantised, GPUs."""

from typing import Any

import pytest
from hoheit import PlanRequest
from hoheit._plan.model import Model, model_of
from hoheit._sizing.architecture import Quantization
from hoheit._sizing.parallel import ParallelSizes, stages
from hoheit._sizing.weights import (
    UnknownQuantizationError,
    WeightsEstimate,
    bits_per_weight,
    weights_of_one_gpu,
)
from hoheit_facts import GPUS
from support.samples import MISTRAL

PLAIN = {name: value for name, value in MISTRAL.items() if name != "quantization_config"}
LINEAR = 32 * (2 * 4096 * 4096 + 2 * 4096 * 1024 + 3 * 4096 * 14336)
"""Elements of Mistral-7B's linear layers."""
EMBEDDINGS = 32_000 * 4096
NORMS = 65 * 4096
POSITIONS = 32_768 * 128


def weights(config: dict[str, Any], tensor: int = 1, pipeline: int = 1) -> WeightsEstimate:
    model = model_of(PlanRequest(gpu=GPUS["L4"], config=config))
    assert isinstance(model, Model)
    return weights_of_one_gpu(
        model.architecture,
        model.config,
        ParallelSizes(tensor=tensor, pipeline=pipeline),
        element_bytes=2,
    )


def test_16_bit_weights_are_every_parameter_and_the_table_of_positions() -> None:
    estimate = weights(PLAIN)
    assert estimate.parameters == LINEAR + 2 * EMBEDDINGS + NORMS == 7_241_732_096
    assert estimate.bytes == 2 * (estimate.parameters + POSITIONS)


def test_awq_keeps_embeddings_in_full_and_adds_scales_and_zero_points() -> None:
    quantized = LINEAR * (4 + (16 + 4) / 128) / 8
    assert weights(MISTRAL).bytes == quantized + 2 * (2 * EMBEDDINGS + NORMS + POSITIONS)


def test_tied_embeddings_count_once() -> None:
    tied = weights({**PLAIN, "tie_word_embeddings": True})
    assert weights(PLAIN).bytes - tied.bytes == 2 * EMBEDDINGS


def test_a_module_that_the_configuration_leaves_out_stays_in_16_bit() -> None:
    quantization = {**MISTRAL["quantization_config"], "modules_to_not_convert": ["down_proj"]}
    left = weights({**MISTRAL, "quantization_config": quantization})
    assert left.bytes - weights(MISTRAL).bytes == 32 * 4096 * 14336 * (16 - 4.15625) / 8


@pytest.mark.parametrize(
    ("quantization", "bits"),
    [
        (Quantization(method="gptq", bits=4, group_size=128), 4.125),
        (Quantization(method="awq", bits=4, group_size=128, zero_point=True), 4.15625),
        (Quantization(method="fp8", bits=8, group_size=None), 8.0),
        (Quantization(method="mxfp4", bits=None, group_size=None), 4.25),
        (None, None),
    ],
)
def test_bits_of_a_weight_contain_its_share_of_the_scale(
    quantization: Quantization | None, bits: float | None
) -> None:
    assert bits_per_weight(quantization) == bits


def test_a_method_without_known_bits_is_not_guessed() -> None:
    with pytest.raises(UnknownQuantizationError, match=r"quantization_config: .*'gguf'"):
        bits_per_weight(Quantization(method="gguf", bits=None, group_size=None))


def test_tensor_parallel_divides_matrices_and_embeddings_but_repeats_kv_heads() -> None:
    whole, eighth = weights(PLAIN), weights(PLAIN, tensor=8)
    assert eighth.bytes < whole.bytes / 8 * 1.02
    sixteenth = weights(PLAIN, tensor=16)
    # Of the 8 heads each of 16 GPUs holds one: as much of k and v as with 8 GPUs.
    assert sixteenth.bytes > eighth.bytes / 2


def test_the_largest_stage_of_a_pipeline_counts() -> None:
    half = weights(PLAIN, pipeline=2)
    assert half.bytes == 2 * (LINEAR // 2 + EMBEDDINGS + 33 * 4096 + POSITIONS)


def test_stages_give_what_is_left_over_to_those_before_the_last() -> None:
    assert [len(stage) for stage in stages(32, 3)] == [11, 11, 10]
    assert [len(stage) for stage in stages(61, 8)] == [7, 7, 8, 8, 8, 8, 8, 7]
    assert [layer for stage in stages(61, 8) for layer in stage] == list(range(61))
