"""Our KV-cache arithmetic against vLLM's own, for every family of architectures.

vLLM answers in its own environment (``oracle.py`` says what is replaced there): one process, all
cases. Blocks, tokens and concurrency must be equal, to the last digit.
"""

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest
from hoheit._sizing.config_json import ARCHITECTURES, read_config, read_mtp_drafter
from hoheit._sizing.kv_cache import KvCache, kv_cache
from hoheit._sizing.kv_layers import CacheSettings
from hoheit._sizing.parallel import ParallelSizes
from hoheit_facts import CONFIG_DEFAULTS, KV_CACHE_RULES
from serving.sizing.cases import CASES, Case
from support import environments

VERSION = "0.32.0"
LIMIT_S = 900


def asked(case: Case) -> dict[str, Any]:
    """Return the case as the oracle reads it."""
    stated = {
        "block_size": case.block_size,
        "enable_prefix_caching": case.prefix_caching,
        "disable_hybrid_kv_cache_manager": case.hybrid_manager_off,
        "num_gpu_blocks_override": case.override,
    }
    settings = {
        "max_model_len": case.max_model_len,
        "max_num_batched_tokens": case.max_num_batched_tokens,
        "tensor_parallel_size": case.tensor,
        "pipeline_parallel_size": case.pipeline,
        "kv_cache_dtype": case.kv_cache_dtype,
        **{name: value for name, value in stated.items() if value is not None},
    }
    return {
        "config": case.config,
        "settings": settings,
        "available": case.available,
        "drafter": case.drafter,
    }


def calculated(case: Case) -> KvCache:
    """Return what our arithmetic says."""
    drafter, tokens, lookahead = None, 0, 0
    if case.drafter is not None:
        own = case.drafter.get("config")
        drafter = read_mtp_drafter(case.config) if own is None else read_config(own)
        tokens, lookahead = case.drafter["num_speculative_tokens"], 1
    settings = CacheSettings(
        max_model_len=case.max_model_len,
        max_num_batched_tokens=case.max_num_batched_tokens,
        block_size=case.block_size,
        kernel_block_size=case.kernel_block_size,
        kv_cache_dtype=case.kv_cache_dtype,
        enable_prefix_caching=case.prefix_caching,
        disable_hybrid_kv_cache_manager=case.hybrid_manager_off,
        num_gpu_blocks_override=case.override,
        num_speculative_tokens=tokens,
        prefill_lookahead_tokens=lookahead,
        drafter=drafter,
    )
    parallel = ParallelSizes(tensor=case.tensor, pipeline=case.pipeline)
    return kv_cache(read_config(case.config), settings, parallel, case.available, VERSION)


@pytest.fixture(scope="module")
def vllm(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What vLLM says about everything that is asked here."""
    folder = tmp_path_factory.mktemp("oracle")
    questions = {
        "cases": [asked(case) for case in CASES],
        "defaults": {name: sorted(fields) for name, fields in CONFIG_DEFAULTS.items()},
    }
    (folder / "questions.json").write_text(json.dumps(questions))
    subprocess.run(
        [
            environments.vllm() / "bin" / "python",
            Path(__file__).with_name("oracle.py"),
            folder / "questions.json",
            folder / "answers.json",
        ],
        check=True,
        timeout=LIMIT_S,
        env={**os.environ, "HF_HOME": str(folder), "VLLM_CACHE_ROOT": str(folder)},
    )
    return json.loads((folder / "answers.json").read_text())


@pytest.fixture(scope="module")
def answers(vllm: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """The caches, by the name of the case."""
    return {case.name: each for case, each in zip(CASES, vllm["caches"], strict=True)}


def test_vllm_serves_the_architectures_that_we_read(vllm: dict[str, Any]) -> None:
    lacking = KV_CACHE_RULES[VERSION].architectures_lacking
    assert set(ARCHITECTURES) - set(vllm["architectures"]) == set(lacking)


def test_what_a_file_leaves_out_is_what_its_configuration_class_says(vllm: dict[str, Any]) -> None:
    assert vllm["defaults"] == CONFIG_DEFAULTS


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_blocks_tokens_and_concurrency_are_those_of_vllm(
    case: Case, answers: dict[str, dict[str, Any]]
) -> None:
    answer = answers[case.name]
    assert "refused" not in answer, answer["refused"]
    ours = calculated(case)
    assert (ours.num_blocks, ours.tokens, ours.max_concurrency) == (
        answer["num_blocks"],
        answer["tokens"],
        answer["max_concurrency"],
    )


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_groups_have_as_many_layers_as_those_of_vllm(
    case: Case, answers: dict[str, dict[str, Any]]
) -> None:
    ours = sorted(group.layers for group in calculated(case).groups)
    assert ours == answers[case.name]["groups"]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_one_request_needs_as_much_memory_as_vllm_checks(
    case: Case, answers: dict[str, dict[str, Any]]
) -> None:
    if case.override is not None:
        pytest.skip("the check then asks for the blocks of the override, not for memory")
    assert calculated(case).needed_bytes == answers[case.name]["needed_bytes"]
