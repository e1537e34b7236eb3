"""Counts the parameters of models that transformers builds without memory. Runs in vLLM's own
environment; reads configurations from standard input and writes counts to standard output, both
JSON, by name."""

import json
import sys
from typing import Any

import torch
from transformers import AutoConfig, AutoModelForCausalLM


def count(config: dict[str, Any]) -> int:
    """Return the parameters, those that are tied counted once."""
    fields = {name: value for name, value in config.items() if name != "model_type"}
    made = AutoConfig.for_model(config["model_type"], **fields)
    with torch.device("meta"):
        model = AutoModelForCausalLM.from_config(made)
    own = {id(parameter): parameter.numel() for parameter in model.parameters()}
    return sum(own.values())


if __name__ == "__main__":
    asked: dict[str, dict[str, Any]] = json.load(sys.stdin)
    json.dump({name: count(config) for name, config in asked.items()}, sys.stdout)
