"""The largest step and the CUDA graphs: defaults of the engine, and what lives at the peak."""

from typing import Any

import pytest
from hoheit import MemoryPlan, PlanRequest, plan_gpu
from hoheit._sizing.cuda_graphs import capture_sizes
from hoheit_facts import ENGINE_MEMORY, GPUS, engine_memory
from support.samples import MISTRAL

MIB = 1024**2


def plan(**changes: Any) -> MemoryPlan:
    asked = {"gpu": GPUS["L4"], "config": MISTRAL, "max_model_len": 4096, **changes}
    return plan_gpu(PlanRequest(**asked))


def activation_mib(**changes: Any) -> float:
    found = plan(**changes).activations.gib
    assert found is not None
    return found * 1024


@pytest.mark.parametrize(
    ("version", "gpu", "tokens", "requests"),
    [
        ("0.14.1", "L4", 2048, 256),
        ("0.14.1", "A100-80GB", 2048, 256),
        ("0.14.1", "H100-80GB", 8192, 1024),
        ("0.14.1", "B200", 8192, 1024),
        ("0.32.0", "L4", 2048, 256),
        ("0.32.0", "H200", 8192, 1024),
        ("0.32.0", "B200", 16384, 1024),
    ],
)
def test_the_defaults_of_a_step_are_those_of_the_version_on_the_gpu(
    version: str, gpu: str, tokens: int, requests: int
) -> None:
    defaults = engine_memory(version).batch_for(GPUS[gpu])
    assert (defaults.max_num_batched_tokens, defaults.max_num_seqs) == (tokens, requests)


def test_a_version_that_nobody_has_read_is_refused_by_name() -> None:
    with pytest.raises(ValueError, match=r"^version: no facts .* vLLM 0\.1\.0; known: 0\.14\.1"):
        plan(version="0.1.0")


def test_captured_sizes_are_those_that_the_engine_logs() -> None:
    sizes = capture_sizes(512)
    assert sizes[:5] == [1, 2, 4, 8, 16]
    assert sizes[-3:] == [480, 496, 512]
    assert len(sizes) == 51
    assert len(capture_sizes(256)) == 35


def test_without_graphs_nothing_is_captured() -> None:
    assert plan(enforce_eager=True).cuda_graphs.gib == 0


def test_fewer_requests_capture_fewer_graphs() -> None:
    few, many = plan(max_num_seqs=8).cuda_graphs.gib, plan().cuda_graphs.gib
    assert few is not None
    assert many is not None
    assert few < many / 5


def test_sampling_by_sorting_takes_nine_and_a_half_copies_of_the_logits() -> None:
    # 256 requests x 32,000 entries in float32, beside the hidden states of 2,048 + 256 tokens.
    logits = 256 * 32_000 * 4 * 9.5 / MIB
    hidden = (2048 + 256) * 4096 * 2 / MIB
    assert activation_mib(version="0.14.1") == pytest.approx(logits + hidden, abs=0.01)


def test_the_feed_forward_block_is_the_peak_where_the_sampler_is_not_profiled() -> None:
    # Gate, up and their product, and three tensors as wide as the model; and what is kept for
    # the penalties of 256 requests.
    block = 2048 * 3 * (14_336 + 4096) * 2 / MIB
    kept = 256 * 32_000 * 4.125 / MIB
    assert activation_mib(version="0.32.0") == pytest.approx(block + kept, abs=0.01)


def test_more_tokens_in_a_step_leave_less_for_the_kv_cache() -> None:
    small, large = plan().kv_tokens, plan(max_num_batched_tokens=16_384).kv_tokens
    assert small is not None
    assert large is not None
    assert large < small


def test_every_version_with_facts_about_memory_plans_the_same_model() -> None:
    tokens = {version: plan(version=version).kv_tokens for version in ENGINE_MEMORY}
    assert all(tokens.values())
    assert tokens["0.14.1"] != tokens["0.32.0"]
