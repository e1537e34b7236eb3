"""The plan of a replica without GPU against the caches of vLLM's CPU build.

vLLM answers in its own environment, with the platform of its CPU build and the variable that the
server pod sets (``oracle.py`` says what is replaced). Batch and blocks are its own defaults.
"""

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest
from hoheit import HostRequest, MemoryPlan, plan_host
from hoheit.engine import KvCacheDtype
from serving.sizing.cases import CASES, model
from support import environments

GIB = 4
LIMIT_S = 600
SHAPES = {case.name: case.config for case in CASES}
CONFIGS: dict[str, dict[str, Any]] = {
    "dense": model("Qwen/Qwen2.5-0.5B-Instruct"),
    "dense-fp8": model("Qwen/Qwen3-0.6B"),
    "dense-block-64": model("Qwen/Qwen3-0.6B"),
    "window": model("mistralai/Mistral-7B-v0.1"),
    "windows-and-full-attention": model("openai/gpt-oss-20b"),
    "latent": {**model("deepseek-ai/DeepSeek-V3"), "num_hidden_layers": 8},
    "states-and-attention": SHAPES["granite-hybrid"],
    "states": SHAPES["mamba2"],
}
SETTINGS: dict[str, dict[str, Any]] = {
    "dense-fp8": {"kv_cache_dtype": "fp8"},
    "dense-block-64": {"block_size": 64},
    "window": {"max_model_len": 16_384},
}
NAMES = tuple(CONFIGS)


def settings(name: str) -> dict[str, Any]:
    return {"max_model_len": 4096, **SETTINGS.get(name, {})}


def planned(name: str) -> MemoryPlan:
    asked = settings(name)
    if "kv_cache_dtype" in asked:
        asked["kv_cache_dtype"] = KvCacheDtype(asked["kv_cache_dtype"])
    room = {"memory_mib": 4096 * 1024, "cpu_kv_cache_gib": GIB}
    return plan_host(HostRequest(config=CONFIGS[name], **room, **asked))


@pytest.fixture(scope="module")
def answers(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The caches that vLLM makes, by name."""
    folder = tmp_path_factory.mktemp("cpu_oracle")
    cases = [
        {"config": CONFIGS[name], "settings": settings(name), "available": None, "drafter": None}
        for name in NAMES
    ]
    (folder / "questions.json").write_text(json.dumps({"cases": cases, "defaults": {}}))
    subprocess.run(
        [
            environments.vllm() / "bin" / "python",
            Path(__file__).with_name("oracle.py"),
            folder / "questions.json",
            folder / "answers.json",
            "--cpu",
        ],
        check=True,
        timeout=LIMIT_S,
        env={
            **os.environ,
            "HF_HOME": str(folder),
            "VLLM_CACHE_ROOT": str(folder),
            "VLLM_CPU_KVCACHE_SPACE": str(GIB),
        },
    )
    found = json.loads((folder / "answers.json").read_text())["caches"]
    return dict(zip(NAMES, found, strict=True))


@pytest.mark.parametrize("name", NAMES)
def test_blocks_tokens_and_concurrency_are_those_of_the_cpu_build(
    name: str, answers: dict[str, Any]
) -> None:
    answer = answers[name]
    assert "refused" not in answer, answer["refused"]
    ours = planned(name)
    assert (ours.kv_blocks, ours.kv_tokens, ours.max_concurrency) == (
        answer["num_blocks"],
        answer["tokens"],
        round(answer["max_concurrency"], 2),
    )


@pytest.mark.parametrize("name", [name for name in NAMES if name != "states"])
def test_blocks_are_as_large_as_those_of_the_cpu_build(name: str, answers: dict[str, Any]) -> None:
    assert planned(name).kv_block_tokens == answers[name]["block_size"]
