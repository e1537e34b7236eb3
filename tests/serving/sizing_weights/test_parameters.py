"""Weights that are computed from a configuration, against the model that transformers builds."""

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest
from hoheit import PlanRequest
from hoheit._plan.model import Model, model_of
from hoheit._sizing.parallel import ParallelSizes
from hoheit._sizing.weights import weights_of_one_gpu
from hoheit_facts import GPUS
from support import environments

HERE = Path(__file__).parent
CONFIGURATIONS: dict[str, dict[str, Any]] = json.loads(
    (HERE / "configurations.json").read_text("utf-8")
)
"""Published sizes of one model of each family, as its `config.json` has them."""
TOLERANCE = 0.0005
"""Biases and the norms inside attention are not counted."""
LEARNED_POSITIONS = {"gpt2": 0.01}
"""A table of positions is a part of these weights; in so small a model it shows."""


@pytest.fixture(scope="module")
def counted() -> dict[str, int]:
    finished = subprocess.run(
        [environments.vllm() / "bin/python", HERE / "counts.py"],
        input=json.dumps(CONFIGURATIONS),
        env={**os.environ, "HF_HUB_OFFLINE": "1", "TRANSFORMERS_VERBOSITY": "error"},
        capture_output=True,
        text=True,
        check=True,
    )
    found: dict[str, int] = json.loads(finished.stdout)
    return found


@pytest.mark.parametrize("name", CONFIGURATIONS)
def test_parameters_are_those_of_the_model(name: str, counted: dict[str, int]) -> None:
    model = model_of(PlanRequest(gpu=GPUS["L4"], config=CONFIGURATIONS[name]))
    assert isinstance(model, Model)
    estimate = weights_of_one_gpu(
        model.architecture, model.config, ParallelSizes(), element_bytes=2
    )
    tolerance = LEARNED_POSITIONS.get(name, TOLERANCE)
    assert estimate.parameters == pytest.approx(counted[name], rel=tolerance)
