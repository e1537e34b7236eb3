"""The memory plan of a replica on GPUs, checked against what was measured on a real L4."""

import cProfile
from dataclasses import replace
from typing import Any

import pytest
from hoheit import (
    Basis,
    InvalidArgsError,
    KvCacheDtype,
    MemoryPlan,
    PlanRequest,
    VllmSettings,
    fitting_gpus,
    plan_gpu,
)
from hoheit.plan import DoesNotFitError
from hoheit_facts import GPUS, MODELS
from hypothesis import given
from hypothesis import strategies as st
from support.samples import MISTRAL, engine, hub_weights, settings

PLAIN = {name: value for name, value in MISTRAL.items() if name != "quantization_config"}
FULL = {**PLAIN, "sliding_window": None}
MOST_CALLS = 6000
"""About 2 ms of a processor's time."""
LLAMA_70B = {
    "architectures": ["LlamaForCausalLM"],
    "model_type": "llama",
    "hidden_size": 8192,
    "intermediate_size": 28672,
    "vocab_size": 128256,
    "num_hidden_layers": 80,
    "num_attention_heads": 64,
    "num_key_value_heads": 8,
    "max_position_embeddings": 131072,
    "tie_word_embeddings": False,
    "torch_dtype": "bfloat16",
}


def request(**changes: Any) -> PlanRequest:
    asked = {
        "version": "0.14.1",
        "gpu": GPUS["L4"],
        "config": MISTRAL,
        "weights_gib": 3.96,
        "max_model_len": 4096,
        "gpu_memory_utilization": 0.88,
        **changes,
    }
    return PlanRequest(**asked)


def plan(**changes: Any) -> MemoryPlan:
    return plan_gpu(request(**changes))


def gib(share: Any) -> float:
    assert share.gib is not None
    return share.gib


# F01-F06: Mistral-7B-v0.1-AWQ on an L4 with vLLM 0.14.1, as the engine logged it.


def test_the_measured_kv_cache_is_met_within_three_percent() -> None:
    made = plan()
    assert gib(made.memory) == pytest.approx(22.05, abs=0.005)
    assert gib(made.kv_cache) == pytest.approx(15.07, rel=0.03)
    assert made.kv_tokens == pytest.approx(123_472, rel=0.03)
    assert made.max_concurrency == pytest.approx(30.03, rel=0.03)


def test_the_logged_blocks_hold_exactly_the_logged_tokens_and_requests() -> None:
    made = plan(num_gpu_blocks_override=7_717)
    assert (made.kv_tokens, made.kv_tokens_at_least) == (123_472, 123_472)
    assert made.max_concurrency == 30.03


def test_a_token_of_mistral_7b_takes_128_kib_and_half_of_it_in_fp8() -> None:
    assert plan().kv_bytes_per_token == 131_072
    assert plan(kv_cache_dtype=KvCacheDtype.FP8).kv_bytes_per_token == 65_536


def test_a_share_that_leaves_no_room_for_graphs_is_refused_with_the_highest_that_does() -> None:
    with pytest.raises(DoesNotFitError) as refused:
        plan(gpu_memory_utilization=0.95)
    text = str(refused.value)
    assert text.startswith("engine.gpu_memory_utilization: 0.95 leaves 1.10 GiB of 22.05 GiB")
    assert "captures CUDA graphs outside its budget" in text
    assert "set 0.94 or less, or engine.enforce_eager" in text


def test_the_highest_share_that_is_accepted_has_a_warning_about_what_is_left() -> None:
    made = plan(gpu_memory_utilization=0.94)
    assert any("CUDA graphs may leave 0.1" in line for line in made.warnings)
    assert plan(gpu_memory_utilization=0.88).warnings == ()


def test_without_graphs_the_same_share_is_accepted() -> None:
    assert gib(plan(gpu_memory_utilization=0.95, enforce_eager=True).kv_cache) > 16


def test_a_version_that_counts_graphs_in_its_budget_has_less_kv_cache_and_no_such_refusal() -> None:
    old = plan(gpu_memory_utilization=0.94)
    new = plan(gpu_memory_utilization=0.94, version="0.32.0")
    assert new.graphs_in_budget
    assert gib(new.kv_cache) < gib(old.kv_cache)
    assert gib(plan(gpu_memory_utilization=0.95, version="0.32.0").kv_cache) > 0


def test_the_default_share_is_that_of_the_version() -> None:
    old = plan(gpu_memory_utilization=None)
    new = plan(gpu_memory_utilization=None, version="0.32.0")
    assert gib(old.budget) == pytest.approx(gib(old.memory) * 0.90)
    assert gib(new.budget) == pytest.approx(gib(new.memory) * 0.92)


# How a number is known.


def test_every_number_says_how_it_is_known() -> None:
    made = plan()
    assert made.memory.basis is Basis.MEASURED
    assert made.weights.basis is Basis.DECLARED
    assert made.activations.basis is Basis.DERIVED
    assert made.cuda_graphs.basis is Basis.ESTIMATED
    assert plan(weights_gib=None).weights.basis is Basis.DERIVED
    assert plan(total_memory_gib=22.0).memory.basis is Basis.DECLARED


def test_the_source_of_the_gpu_memory_is_part_of_the_plan() -> None:
    assert plan().memory.source == GPUS["L4"].memory_source


def test_memory_that_nobody_measured_has_an_error() -> None:
    unmeasured = replace(GPUS["L4"], measured_memory_mib=None)
    made = plan(gpu=unmeasured)
    assert made.memory.basis is Basis.ESTIMATED
    assert made.memory.error_gib > 0


def test_a_model_of_the_catalogue_needs_no_configuration_and_says_where_it_is_from() -> None:
    repository = "TheBloke/Mistral-7B-v0.1-AWQ"
    made = plan(config=None, repository=repository)
    assert made.model == f"config.json of {repository} (catalogue)"
    assert made.kv_tokens == plan().kv_tokens


def test_the_samples_are_what_the_catalogue_says() -> None:
    known = MODELS["TheBloke/Mistral-7B-v0.1-AWQ"].config
    assert {name: known[name] for name in ("hidden_size", "sliding_window")} == {
        name: MISTRAL[name] for name in ("hidden_size", "sliding_window")
    }


def test_without_facts_the_kv_cache_is_an_upper_bound_and_its_tokens_are_unknown() -> None:
    made = plan(config=None)
    assert (made.kv_bytes_per_token, made.kv_tokens, made.max_concurrency) == (None, None, None)
    assert made.kv_cache.basis is Basis.UNKNOWN
    assert gib(made.kv_cache) > gib(plan().kv_cache)
    assert any("weights.config is not given" in line for line in made.unknown)


def test_an_unknown_architecture_is_reported_and_not_guessed() -> None:
    made = plan(config={**MISTRAL, "architectures": ["NeverHeardOfForCausalLM"]})
    assert made.kv_tokens is None
    assert any("NeverHeardOfForCausalLM" in line for line in made.unknown)


def test_without_weights_and_facts_nothing_is_known_and_nothing_refused() -> None:
    made = plan(config=None, weights_gib=None)
    assert made.kv_cache.gib is None
    assert any(line.startswith("weights: ") for line in made.unknown)


def test_the_encoder_of_a_multimodal_model_is_named_as_not_counted() -> None:
    assert plan().unknown == ()
    (line,) = plan(config={**MISTRAL, "vision_config": {}}).unknown
    assert line.startswith("vision_config: its weights")


def test_a_field_that_is_missing_is_named() -> None:
    short = {name: value for name, value in MISTRAL.items() if name != "num_hidden_layers"}
    with pytest.raises(ValueError, match=r"^weights\.config\.num_hidden_layers: "):
        plan(config=short)


def test_declared_weights_of_another_model_are_pointed_out() -> None:
    (line,) = plan(config=PLAIN, max_model_len=4096).warnings
    assert line.startswith("weights.size_gib: 3.96 GiB, but weights.config describes 13.5")
    assert "quantization_config" in line


# Refusals.


def test_weights_larger_than_the_budget_are_refused_with_the_gpus_that_would_do() -> None:
    with pytest.raises(DoesNotFitError) as refused:
        plan(config=LLAMA_70B, weights_gib=None)
    text = str(refused.value)
    assert text.startswith("weights: 131.")
    assert "GiB on each L4" in text
    assert "but it may use 19.40 GiB of 22.05 GiB" in text
    assert "gpus: it fits on " in text


def test_what_fewer_bits_would_take_is_part_of_the_way_out() -> None:
    with pytest.raises(
        DoesNotFitError, match=r"it fits quantised to 8 bit, which take \d\.\d\d GiB on each"
    ):
        plan(config=PLAIN, weights_gib=None, gpu=GPUS["T4"])


def test_one_request_longer_than_the_kv_cache_is_refused_with_the_length_that_fits() -> None:
    tight = {"config": FULL, "weights_gib": None, "gpu_memory_utilization": 0.7}
    with pytest.raises(DoesNotFitError) as refused:
        plan(**tight, max_model_len=32_768)
    text = str(refused.value)
    assert text.startswith("engine.max_model_len: one request of 32768 tokens needs ")
    longest = int(text.split("set ")[1].split(" or less", maxsplit=1)[0])
    fits = plan(**tight, max_model_len=longest)
    assert fits.max_concurrency is not None
    assert fits.max_concurrency >= 1


def test_a_context_longer_than_the_models_is_refused() -> None:
    with pytest.raises(DoesNotFitError, match=r"40000 tokens, but the model was made for 32768"):
        plan(max_model_len=40_000)


def test_the_models_own_context_is_the_default() -> None:
    assert plan(max_model_len=None, config=PLAIN, weights_gib=13.5, version="0.32.0", gpus=2)
    with pytest.raises(ValueError, match=r"^engine\.max_model_len: required"):
        plan(config=None, max_model_len=None)


@pytest.mark.parametrize(
    ("config", "gpus", "said"),
    [
        (MISTRAL, 3, r"^gpus: 3 do not divide the 32 attention heads .*: 1, 2, 4, 8$"),
        ({**MISTRAL, "num_attention_heads": 24, "head_dim": 128}, 3, r"^gpus: 3 .* 8 KV heads"),
        (
            {**MISTRAL, "num_attention_heads": 24, "num_key_value_heads": 6, "head_dim": 128},
            4,
            r"^gpus: 4 neither divide nor repeat the 6 KV heads .*: 1, 2, 3, 6$",
        ),
    ],
)
def test_gpus_that_do_not_divide_the_heads_are_refused(
    config: dict[str, Any], gpus: int, said: str
) -> None:
    with pytest.raises(DoesNotFitError, match=said):
        plan(config=config, gpus=gpus)


@pytest.mark.parametrize(("kv_heads", "gpus"), [(8, 1), (8, 8), (2, 8), (1, 4), (16, 8)])
def test_gpus_that_divide_the_kv_heads_or_repeat_them_are_accepted(
    kv_heads: int, gpus: int
) -> None:
    config = {**FULL, "num_key_value_heads": kv_heads}
    made = plan(config=config, gpus=gpus, weights_gib=13.5)
    assert made.kv_bytes_per_token == 32 * max(1, kv_heads // gpus) * 2 * 128 * 2


def test_more_stages_than_layers_are_refused() -> None:
    with pytest.raises(
        DoesNotFitError, match=r"^engine\.pipeline_parallel_size: 64 stages, .* 32 layers"
    ):
        plan(gpus=64, pipeline_parallel_size=64)


def test_stages_that_do_not_divide_the_gpus_are_refused() -> None:
    with pytest.raises(InvalidArgsError, match="pipeline_parallel_size: 3 stages do not divide 4"):
        request(gpus=4, pipeline_parallel_size=3)


def test_a_share_that_the_engine_would_not_find_free_is_refused() -> None:
    with pytest.raises(DoesNotFitError, match=r"^engine\.gpu_memory_utilization: 1 of 22\.05 GiB"):
        plan(gpu_memory_utilization=1.0, version="0.32.0")
    with pytest.raises(DoesNotFitError, match=r"only 10\.00 GiB are free .*; set 0\.45 or less"):
        plan(free_memory_gib=10.0)


def test_fewer_bits_that_would_not_do_either_are_no_way_out() -> None:
    with pytest.raises(DoesNotFitError) as refused:
        plan(config=LLAMA_70B, weights_gib=None, gpu=GPUS["T4"])
    assert "quantised" not in str(refused.value)


def test_blocks_that_the_attention_kernel_does_not_take_are_refused() -> None:
    with pytest.raises(DoesNotFitError, match=r"^engine\.block_size: 24 .* multiples of 16"):
        plan(block_size=24)
    assert plan(block_size=32).kv_block_tokens == 32


def test_fewer_blocks_than_one_request_needs_are_refused_as_blocks() -> None:
    with pytest.raises(DoesNotFitError, match=r"^num_gpu_blocks_override: 9 blocks of 16 .* 25\d$"):
        plan(num_gpu_blocks_override=9)


def test_a_rank_that_the_engine_does_not_know_is_refused() -> None:
    with pytest.raises(InvalidArgsError, match=r"max_lora_rank: 17 is no rank .* 1, 8, 16"):
        request(max_loras=1, max_lora_rank=17)


# What decides on blocks and tokens.


@pytest.mark.parametrize(("gpu", "tokens"), [("H200", 16), ("B200", 32)])
def test_latent_attention_has_the_blocks_of_its_kernel_on_the_gpu(gpu: str, tokens: int) -> None:
    made = plan_gpu(
        PlanRequest(repository="deepseek-ai/DeepSeek-V3", gpu=GPUS[gpu], gpus=8, max_model_len=4096)
    )
    assert made.kv_block_tokens == tokens


def test_states_alone_are_told_by_request_and_not_by_token() -> None:
    mamba = {
        "architectures": ["MambaForCausalLM"],
        "model_type": "mamba",
        "hidden_size": 2560,
        "intermediate_size": 5120,
        "num_hidden_layers": 48,
        "state_size": 16,
        "conv_kernel": 4,
        "time_step_rank": 160,
        "vocab_size": 50280,
        "max_position_embeddings": 8192,
        "torch_dtype": "bfloat16",
    }
    made = plan(config=mamba, weights_gib=5.2, version="0.32.0")
    assert (made.kv_bytes_per_token, made.kv_block_tokens) == (None, None)
    assert made.kv_bytes_per_request == 48 * 5120 * (3 + 16) * 2
    assert f"blocks, {made.kv_bytes_per_request:,} bytes per request" in "\n".join(made.lines())


def test_a_plan_is_cheap_enough_to_be_made_for_every_service() -> None:
    # Calls of functions, because a clock says as much about the machine as about the code.
    asked = request()
    with cProfile.Profile() as profile:
        plan_gpu(asked)
    assert sum(entry.callcount for entry in profile.getstats()) < MOST_CALLS


# The catalogue of GPUs.


def test_gpus_that_fit_come_with_the_smallest_count_and_least_memory_first() -> None:
    fits = fitting_gpus(request(config=LLAMA_70B, weights_gib=None, max_model_len=8192))
    counts = {fit.gpu.name: fit.gpus for fit in fits}
    assert counts["H200"] == 2
    # The sampler of vLLM 0.14.1 sorts the logits of 1,024 requests here, and of 256 on an A100.
    assert (counts["H100-80GB"], counts["A100-80GB"]) == (4, 2)
    assert counts["L40S"] == 4
    assert "T4" not in counts
    sizes = [fit.gpus * fit.gpu.memory_mib for fit in fits]
    assert sizes == sorted(sizes)
    assert all(fit.plan.device == fit.gpu.name for fit in fits)


def test_no_gpu_is_named_for_weights_that_nobody_knows() -> None:
    assert fitting_gpus(request(config=None, weights_gib=None)) == []


# Text and services.


def test_the_text_shows_the_whole_calculation() -> None:
    lines = plan(num_gpu_blocks_override=7_717).lines()
    assert lines[0] == "L4, 1 GPU per replica, vLLM 0.14.1, weights.config"
    named = [line.split()[:2] for line in lines[1:10]]
    assert [" ".join(words) for words in named] == [
        "memory 22.05",
        "budget 19.40",
        "- weights",
        "- adapters",
        "- activations",
        "- other",
        "CUDA graphs",
        "= KV",
        "headroom 2.65",
    ]
    assert "123,472 tokens" in lines[10]
    assert "7,717 blocks of 16" in lines[10]
    assert "131,072 bytes per token" in lines[10]
    assert lines[11] == "Maximum concurrency for 4,096 tokens per request: 30.03x"


def test_warnings_and_what_is_unknown_end_the_text() -> None:
    assert plan(gpu_memory_utilization=0.94).lines()[-1].startswith("warning: engine.gpu_memory_")
    assert plan(config=None).lines()[-1].startswith("unknown: ")
    assert "GPU KV cache size: unknown" in plan(config=None).lines()


def test_a_service_is_planned_by_its_settings() -> None:
    service: VllmSettings = settings(engine=engine(gpu_memory_utilization=0.88, max_num_seqs=64))
    made = service.plan_for(GPUS["L4"])
    assert made == plan(
        version="0.32.0",
        repository="TheBloke/Mistral-7B-v0.1-AWQ",
        max_num_seqs=64,
    )


def test_a_service_that_does_not_divide_its_heads_is_refused_on_its_pool() -> None:
    with pytest.raises(ValueError, match=r"^gpus: 3 do not divide the 32 attention heads"):
        settings(gpus=3).plan_for(GPUS["L4"])
    assert settings(gpus=3, weights=hub_weights(config=None, repository="a/b")).plan_for(GPUS["L4"])


@given(
    st.sampled_from(sorted(GPUS)),
    st.floats(min_value=0.1, max_value=1),
    st.floats(min_value=0.1, max_value=150),
    st.sampled_from([1, 2, 4, 8]),
    st.sampled_from(["0.14.1", "0.32.0", "0.33.0"]),
)
def test_a_plan_never_spends_more_than_its_budget(
    gpu: str, share: float, weights: float, gpus: int, version: str
) -> None:
    try:
        made = plan(
            gpu=GPUS[gpu],
            gpus=gpus,
            gpu_memory_utilization=share,
            weights_gib=weights,
            version=version,
        )
    except DoesNotFitError:
        return
    taken = [made.weights, made.adapters, made.activations, made.other, made.kv_cache]
    if made.graphs_in_budget:
        taken.append(made.cuda_graphs)
    assert sum(gib(each) for each in taken) == pytest.approx(gib(made.budget))
    assert made.kv_tokens is not None
    assert made.kv_bytes_per_token is not None
    assert made.kv_tokens * made.kv_bytes_per_token <= gib(made.kv_cache) * 1024**3
    assert made.max_concurrency is not None
    assert made.max_concurrency >= 1
