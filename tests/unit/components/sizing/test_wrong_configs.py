"""A `config.json` that no model has: refused by a sentence, and never walked or believed."""

from copy import deepcopy
from typing import Any

import pytest
from hoheit import MemoryPlan, PlanRequest, plan_gpu
from hoheit_facts import GPUS, MODELS
from support.samples import MISTRAL

WRONG: tuple[Any, ...] = (0, -80, 10**9, 10**400, float("inf"), "x", [])
AWQ = dict(MODELS["TheBloke/Mistral-7B-v0.1-AWQ"].config)
ONE_PER_CLASS = {str(model.config["architectures"]): name for name, model in MODELS.items()}


def plan(config: dict[str, Any], **changes: Any) -> MemoryPlan:
    asked = {"gpu": GPUS["B200"], "gpus": 8, "max_model_len": 1024, "max_loras": 2, **changes}
    return plan_gpu(PlanRequest(config=config, **asked))


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("num_hidden_layers", 10**9, "is not from 1 to 1000"),
        ("num_hidden_layers", 300_000, "is not from 1 to 1000"),
        ("num_hidden_layers", -80, "is not from 1 to 1000"),
        ("num_attention_heads", 0, "is not from 1 to"),
        ("num_key_value_heads", 0, "is not from 1 to"),
        ("num_key_value_heads", 5, "do not divide the 32 attention heads"),
        ("hidden_size", 1, "is less than the 32 attention heads"),
        ("vocab_size", 10**12, "is not from 1 to"),
        ("rope_scaling", {"type": "linear", "factor": "x"}, "is not a number above 0"),
        ("quantization_config", "awq", "is not an object"),
        ("quantization_config", [], "is not an object"),
        ("quantization_config", {"quant_method": "awq", "bits": 0}, "is not from 1 to 32"),
        ("architectures", "MistralForCausalLM", "a list with the name"),
        ("architectures", None, "a list with the name"),
    ],
)
def test_what_cannot_be_right_is_refused_by_its_name(field: str, value: object, said: str) -> None:
    with pytest.raises(ValueError, match=r"^weights\.config\..*config\.json as it stands") as why:
        plan({**MISTRAL, field: value})
    assert said in str(why.value)


@pytest.mark.parametrize("repository", ONE_PER_CLASS.values(), ids=ONE_PER_CLASS)
def test_no_number_of_a_known_class_ends_in_a_traceback(repository: str) -> None:
    for field in MODELS[repository].config:
        for value in WRONG:
            config = deepcopy(dict(MODELS[repository].config))
            config[field] = value
            try:
                plan(config)
            except ValueError as refused:
                assert str(refused)  # noqa: PT017 - what is accepted is no fault here


def test_a_declared_size_far_below_what_a_quantised_config_describes_is_refused() -> None:
    with pytest.raises(ValueError, match=r"^weights\.size_gib: 0\.40 GiB, but .* of another model"):
        plan(AWQ, weights_gib=0.4)
    assert plan(AWQ, weights_gib=3.9).weights.gib
