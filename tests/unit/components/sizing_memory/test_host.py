"""The plan of a replica without GPU, in the memory of its container."""

from typing import Any

import pytest
from hoheit import Basis, HostRequest, MemoryPlan, plan_host
from hoheit.plan import DoesNotFitError
from support.samples import MISTRAL, cpu_service, settings

SMALL = {
    "architectures": ["Qwen2ForCausalLM"],
    "model_type": "qwen2",
    "hidden_size": 896,
    "intermediate_size": 4864,
    "vocab_size": 151936,
    "num_hidden_layers": 24,
    "num_attention_heads": 14,
    "num_key_value_heads": 2,
    "max_position_embeddings": 32768,
    "use_sliding_window": False,
    "tie_word_embeddings": True,
    "torch_dtype": "bfloat16",
}
"""Qwen2.5-0.5B, from its `config.json`."""


def plan(**changes: Any) -> MemoryPlan:
    asked = {
        "config": SMALL,
        "weights_gib": 0.93,
        "max_model_len": 4096,
        "memory_mib": 8192,
        "cpu_kv_cache_gib": 2,
        **changes,
    }
    return plan_host(HostRequest(**asked))


def test_the_cache_that_is_set_is_divided_into_the_blocks_of_the_cpu_build() -> None:
    made = plan()
    assert (made.device, made.gpus, made.kv_cache.gib) == ("CPU", 0, 2.0)
    assert made.kv_bytes_per_token == 2 * 24 * 2 * 64 * 2
    assert made.kv_block_tokens == 128
    assert made.kv_blocks == 2 * 1024**3 // (12_288 * 128)


def test_what_python_and_pytorch_take_is_measured_and_counted() -> None:
    made = plan()
    assert made.other.basis is Basis.MEASURED
    parts = (made.weights, made.activations, made.other, made.kv_cache, made.headroom)
    assert sum(share.gib or 0.0 for share in parts) == pytest.approx(8.0)


def test_a_container_that_is_too_small_is_refused_with_every_part() -> None:
    with pytest.raises(DoesNotFitError) as refused:
        plan(memory_mib=4096)
    text = str(refused.value)
    assert text.startswith("memory_mib: 4.00 GiB, but weights (0.93 GiB), KV cache (2.00 GiB)")
    assert "the engine's processes (1.90 GiB) need 4.83 GiB" in text
    assert "lower engine.cpu_kv_cache_gib" in text


@pytest.mark.parametrize(
    ("memory_mib", "said"),
    [(6144, "leave 1.0"), (4960, "may take 0.")],
)
def test_too_little_for_shared_memory_or_activations_is_a_warning(
    memory_mib: int, said: str
) -> None:
    assert plan(memory_mib=12_288).warnings == ()
    (line,) = plan(memory_mib=memory_mib).warnings
    assert line.startswith("memory_mib: weights, KV cache, processes and activations")
    assert said in line


def test_a_request_that_the_cache_cannot_hold_is_refused_with_the_length_that_fits() -> None:
    with pytest.raises(DoesNotFitError, match=r"^engine\.max_model_len: .* 32768 tokens needs"):
        plan(
            config=MISTRAL,
            weights_gib=3.96,
            cpu_kv_cache_gib=1,
            max_model_len=32_768,
            memory_mib=16_384,
            version="0.32.0",
            block_size=32,
            max_num_batched_tokens=16_384,
        )


def test_states_are_planned_in_the_larger_format_and_the_plan_says_so() -> None:
    hybrid = {
        "architectures": ["FalconH1ForCausalLM"],
        "model_type": "falcon_h1",
        "hidden_size": 2048,
        "intermediate_size": 5632,
        "num_hidden_layers": 24,
        "num_attention_heads": 16,
        "num_key_value_heads": 4,
        "head_dim": 128,
        "vocab_size": 32000,
        "max_position_embeddings": 32768,
        "torch_dtype": "bfloat16",
        "mamba_n_heads": 64,
        "mamba_d_head": 64,
        "mamba_d_state": 128,
        "mamba_n_groups": 1,
        "mamba_d_conv": 4,
        "mamba_d_ssm": 4096,
    }
    (line,) = plan(config=hybrid, max_model_len=1024).unknown
    assert line.startswith("states of the KV cache: planned in 32 bit")
    assert plan().unknown == ()


@pytest.mark.parametrize(
    ("repository", "version"),
    [("deepseek-ai/DeepSeek-V3", "0.14.1"), ("deepseek-ai/DeepSeek-V3.2", "0.32.0")],
)
def test_latent_attention_without_a_kernel_on_cpus_is_refused(
    repository: str, version: str
) -> None:
    with pytest.raises(DoesNotFitError, match=r"^gpus: vLLM .* does not serve the latent"):
        plan(config=None, repository=repository, version=version)


def test_declared_weights_of_another_model_are_pointed_out() -> None:
    (line,) = plan(weights_gib=3.0, memory_mib=16_384).warnings
    assert line.startswith("weights.size_gib: 3.00 GiB, but weights.config describes")


def test_without_facts_tokens_are_unknown() -> None:
    made = plan(config=None)
    assert made.kv_tokens is None
    assert any("weights.config is not given" in line for line in made.unknown)


def test_a_service_without_gpu_is_planned_by_its_container() -> None:
    made = settings(**cpu_service()).plan_for(None)
    assert (made.device, made.memory.gib, made.kv_cache.gib) == ("CPU", 8.0, 2.0)
