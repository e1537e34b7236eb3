"""The command line of ``vllm serve``, from typed fields."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ._gateway import VLLM_PORT

if TYPE_CHECKING:
    from .engine import EngineSettings

_BYTES_PER_GIB = 1024**3
QUIET_PATHS = "/health,/metrics,/v1/models"
"""Asked by probes and scrapers every few seconds; logging them hides everything else."""


def serve_flags(
    engine: EngineSettings, *, path: str, name: str, gpus: int, shutdown_timeout_seconds: int
) -> list[str]:
    """Return the arguments of the ``vllm`` command.

    Args:
        engine: typed settings.
        path: directory of the weights inside the container.
        name: model name that clients send.
        gpus: GPUs of one replica, the tensor-parallel size; 0 for the CPU build.
        shutdown_timeout_seconds: how long running requests may finish after SIGTERM.
    """
    flags = ["serve", path, f"--served-model-name={name}", "--host=127.0.0.1"]
    flags += [f"--port={VLLM_PORT}", f"--tensor-parallel-size={max(1, gpus)}"]
    flags += [f"--max-model-len={engine.max_model_len}", _memory(engine, gpus)]
    flags += [f"--dtype={engine.dtype}", f"--kv-cache-dtype={engine.kv_cache_dtype}"]
    if engine.quantization:
        flags += [f"--quantization={engine.quantization}"]
    if engine.max_num_seqs:
        flags += [f"--max-num-seqs={engine.max_num_seqs}"]
    if engine.enforce_eager:
        flags += ["--enforce-eager"]
    flags += [f"--shutdown-timeout={shutdown_timeout_seconds}"]
    flags += [f"--disable-access-log-for-endpoints={QUIET_PATHS}"]
    return [*flags, *engine.extra_args, *engine.unreviewed_args]


def _memory(engine: EngineSettings, gpus: int) -> str:
    if gpus == 0 and engine.cpu_kv_cache_gib is not None:
        return f"--kv-cache-memory-bytes={engine.cpu_kv_cache_gib * _BYTES_PER_GIB}"
    return f"--gpu-memory-utilization={engine.gpu_memory_utilization}"
