"""Asks vLLM itself for the KV cache of model configurations. Runs in vLLM's own environment.

Reads questions from one file and writes the answers to another, both JSON: caches of cases, the
architectures that vLLM serves, and what configuration classes say by default. A case has
``config`` (a ``config.json``), ``settings`` (engine arguments), ``available`` (bytes per GPU) and
maybe ``drafter`` (its settings, with its ``config`` where it is a model of its own).

Everything that decides the answer is vLLM's: the configuration objects, the model classes, which
are built on PyTorch's meta device, the attention backends' block sizes, each layer's
``get_kv_cache_spec``, and ``get_kv_cache_configs``. What is replaced, and why:

* the platform, because the one of the CPU build prefers other blocks: ``GpuWithoutKernels`` names
  the attention backends that CUDA's platform takes first on a Hopper GPU; with ``--cpu`` it stays
  the CPU build's own, and only what it finds out about the processor is fixed: AVX512-BF16, and no
  AMX;
* the process groups, by objects that only know rank and size: nothing is sent;
* the subprocess in which the registry looks at a model class: it would not see the platform;
* image processing and kernels that are not installed, by objects that nothing calls;
* the quantisation of the weights, which is taken out: its kernels need a GPU, and the cache does
  not depend on it.
"""

import importlib
import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any


def main() -> None:
    """Answer everything that is asked."""
    os.environ.update(VLLM_NO_USAGE_STATS="1", HF_HUB_OFFLINE="1", VLLM_LOGGING_LEVEL="ERROR")
    gpu = importlib.import_module("gpu_without_kernels")
    if "--cpu" in sys.argv:
        processor = importlib.import_module("torch").cpu
        processor._is_avx512_bf16_supported = lambda: True
        processor._is_amx_tile_supported = lambda: False
    else:
        gpu.install()
    vllm = importlib.import_module("vllm_caches")
    gpu.stand_in_for_absent_packages()
    asked, found = map(Path, sys.argv[1:3])
    questions = json.loads(asked.read_text())
    found.write_text(
        json.dumps(
            {
                "caches": [_answered(vllm.answer, case) for case in questions["cases"]],
                "architectures": vllm.architectures(),
                "defaults": vllm.defaults(questions["defaults"]),
            }
        )
    )


def _answered(answer: Callable[[dict[str, Any]], dict[str, Any]], case: Any) -> dict[str, Any]:
    """Answer a case; one that vLLM refuses is answered with its message."""
    try:
        return answer(case)
    except Exception as refusal:
        return {"refused": f"{type(refusal).__name__}: {refusal}"}


if __name__ == "__main__":
    main()
