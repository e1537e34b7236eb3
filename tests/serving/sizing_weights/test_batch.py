"""The step that an engine plans its memory for by default, against what vLLM says itself."""

import json
import os
import subprocess
from pathlib import Path

from hoheit_facts import ENGINE, GPUS, engine_memory
from support import environments

HERE = Path(__file__).parent


def test_every_gpu_of_the_catalogue_has_the_engines_own_batch() -> None:
    asked = [[gpu.reported_memory_mib * 1024**2, f"NVIDIA {gpu.name}"] for gpu in GPUS.values()]
    finished = subprocess.run(
        [environments.vllm() / "bin/python", HERE / "defaults.py"],
        input=json.dumps(asked),
        env=dict(os.environ),
        capture_output=True,
        text=True,
        check=True,
    )
    facts = engine_memory(ENGINE.version)
    defaults = [facts.batch_for(gpu) for gpu in GPUS.values()]
    ours = [[each.max_num_batched_tokens, each.max_num_seqs] for each in defaults]
    assert ours == json.loads(finished.stdout.splitlines()[-1])
