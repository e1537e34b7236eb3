"""Asks vLLM for the batch that it sets by default. Runs in vLLM's own environment; reads pairs of
a GPU's memory in bytes and its name from standard input, and writes tokens and requests to standard
output, both JSON. Only the platform is replaced: it would name the machine's processor."""

import importlib
import json
import os
import sys
from types import SimpleNamespace

if __name__ == "__main__":
    os.environ.update(VLLM_NO_USAGE_STATS="1", HF_HUB_OFFLINE="1", VLLM_LOGGING_LEVEL="ERROR")
    arguments = importlib.import_module("vllm.engine.arg_utils")
    server = importlib.import_module("vllm.usage.usage_lib").UsageContext.OPENAI_API_SERVER
    answers: list[list[int]] = []
    for memory, name in json.load(sys.stdin):
        arguments.current_platform = SimpleNamespace(
            get_device_total_memory=lambda memory=memory: memory,
            get_device_name=lambda name=name: name,
            is_tpu=lambda: False,
            is_cpu=lambda: False,
        )
        tokens, requests = arguments.EngineArgs.get_batch_defaults(1)
        answers.append([tokens[server], requests[server]])
    json.dump(answers, sys.stdout)
