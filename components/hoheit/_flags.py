"""The command line of ``vllm serve``, from typed fields."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ._gateway import VLLM_PORT

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .engine import EngineSettings

_BYTES_PER_GIB = 1024**3
QUIET_PATHS = "/health,/metrics,/v1/models"
"""Asked by probes and scrapers every few seconds; logging them hides everything else."""


def serve_flags(  # noqa: PLR0913 - each is a part of the command line, by name
    engine: EngineSettings,
    *,
    path: str,
    name: str,
    gpus: int,
    shutdown_timeout_seconds: int,
    trust_remote_code: bool = False,
    adapters: Sequence[str] = (),
) -> list[str]:
    """Return the arguments of the ``vllm`` command.

    Args:
        engine: typed settings.
        path: directory of the weights inside the container.
        name: model name that clients send.
        gpus: GPUs of one replica, in tensor times pipeline parallel; 0 for the CPU build.
        shutdown_timeout_seconds: how long running requests may finish after SIGTERM.
        trust_remote_code: whether code that lies with the weights was reviewed and may run.
        adapters: flags of the LoRA adapters, as ``lora_flags`` returns them.
    """
    flags = ["serve", path, f"--served-model-name={name}", "--host=127.0.0.1"]
    flags += [f"--port={VLLM_PORT}"]
    flags += [f"--tensor-parallel-size={engine.tensor_parallel_size(gpus)}"]
    if engine.pipeline_parallel_size > 1:
        flags += [f"--pipeline-parallel-size={engine.pipeline_parallel_size}"]
    flags += [f"--max-model-len={engine.max_model_len}", _memory(engine, gpus)]
    flags += [f"--dtype={engine.dtype}", f"--kv-cache-dtype={engine.kv_cache_dtype}"]
    flags += _where_given(engine)
    if trust_remote_code:
        flags += ["--trust-remote-code"]
    flags += adapters
    flags += [f"--shutdown-timeout={shutdown_timeout_seconds}"]
    flags += [f"--disable-access-log-for-endpoints={QUIET_PATHS}"]
    return [*flags, *engine.extra_args, *engine.unreviewed_args]


def _where_given(engine: EngineSettings) -> list[str]:
    """Return the flags of fields that are otherwise left to the engine."""
    given = {
        "--quantization": engine.quantization,
        "--max-num-seqs": engine.max_num_seqs,
        "--max-num-batched-tokens": engine.max_num_batched_tokens,
        "--block-size": engine.block_size,
        "--reasoning-parser": engine.reasoning_parser,
        "--tool-call-parser": engine.tool_call_parser,
    }
    flags = [f"{flag}={value}" for flag, value in given.items() if value is not None]
    if engine.tool_call_parser:
        flags += ["--enable-auto-tool-choice"]
    if engine.enforce_eager:
        flags += ["--enforce-eager"]
    return flags


def _memory(engine: EngineSettings, gpus: int) -> str:
    if gpus == 0 and engine.cpu_kv_cache_gib is not None:
        return f"--kv-cache-memory-bytes={engine.cpu_kv_cache_gib * _BYTES_PER_GIB}"
    return f"--gpu-memory-utilization={engine.gpu_memory_utilization}"
