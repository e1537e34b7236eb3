"""The options of `hoheit plan`, and the request that they make."""

import argparse
import json
import re
import sys
from pathlib import Path
from typing import Any, cast

from hoheit import InvalidArgsError
from hoheit.driver import validated
from hoheit.engine import Dtype, KvCacheDtype
from hoheit.plan import PlanRequest
from hoheit_facts import ENGINE, ENGINE_MEMORY, Gpu, gpu_named

from .errors import UsageError

_ONLY_ONE_GPU = ("tensor_parallel_size", "total_memory_gib", "free_memory_gib")
_OPTIONS = {
    **{name: f"--{name.replace('_', '-')}" for name in PlanRequest.model_fields},
    "engine.block_size": "--block-size",
    "engine.dtype": "--dtype",
    "engine.enforce_eager": "--enforce-eager",
    "engine.gpu_memory_utilization": "--gpu-memory-utilization",
    "engine.kv_cache_dtype": "--kv-cache-dtype",
    "engine.max_model_len": "--max-model-len",
    "engine.max_num_batched_tokens": "--max-num-batched-tokens",
    "engine.max_num_seqs": "--max-num-seqs",
    "engine.pipeline_parallel_size": "--pipeline-parallel-size",
    "gpus": "--tensor-parallel-size",
    "repository": "the model",
    "version": "--vllm",
    "weights": "--weights-gib",
    "weights.config": "--config",
    "weights.size_gib": "--weights-gib",
}
"""The option for a field of a request or of a service, by which a refusal begins or ends."""


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the options; they have the names of `vllm serve`."""
    parser.add_argument("model", nargs="?", help="repository, organisation/name")
    _add_hardware(parser)
    _add_engine(parser)
    parser.add_argument("--json", action="store_true", help="print it for machines")


def _add_hardware(parser: argparse.ArgumentParser) -> None:
    where = parser.add_mutually_exclusive_group(required=True)
    where.add_argument("--gpu", help="a GPU of the catalogue, for example nvidia-l4")
    where.add_argument("--find", action="store_true", help="list the GPUs that fit, and machines")
    parser.add_argument("--tensor-parallel-size", type=int, metavar="N", help="default: 1")
    parser.add_argument("--pipeline-parallel-size", type=int, default=1, metavar="N")
    parser.add_argument("--total-memory-gib", type=float, metavar="GIB", help="as CUDA names it")
    parser.add_argument(
        "--free-memory-gib", type=float, metavar="GIB", help="as the engine logs it"
    )


def _add_engine(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--vllm",
        default=ENGINE.version,
        metavar="VERSION",
        help=f"one of {', '.join(ENGINE_MEMORY)} (default: {ENGINE.version})",
    )
    parser.add_argument("--config", metavar="FILE", help="the model's config.json; - for stdin")
    parser.add_argument("--weights-gib", type=float, metavar="GIB", help="of the whole model")
    parser.add_argument("--max-model-len", type=int, metavar="TOKENS")
    parser.add_argument("--gpu-memory-utilization", type=float, metavar="SHARE")
    parser.add_argument("--dtype", choices=[one.value for one in Dtype], default="auto")
    formats = [one.value for one in KvCacheDtype]
    parser.add_argument("--kv-cache-dtype", choices=formats, default="auto")
    parser.add_argument("--max-num-seqs", type=int, metavar="N")
    parser.add_argument("--max-num-batched-tokens", type=int, metavar="TOKENS")
    parser.add_argument("--block-size", type=int, metavar="TOKENS")
    parser.add_argument("--num-gpu-blocks-override", type=int, metavar="N")
    parser.add_argument("--max-loras", type=int, default=0, metavar="N")
    parser.add_argument("--max-lora-rank", type=int, metavar="RANK", help="default: 16")
    parser.add_argument("--enforce-eager", action="store_true", help="no CUDA graphs")


def request_of(options: argparse.Namespace) -> PlanRequest:
    """Return the request that the options make.

    Raises:
        UsageError: naming the option that is wrong.
    """
    _refuse_idle_options(options)
    if options.model is None and options.config is None:
        raise UsageError("name a model (organisation/name), or its --config")
    given = {
        name: value
        for name, value in vars(options).items()
        if name in PlanRequest.model_fields and name != "config" and value is not None
    }
    given |= {
        "version": options.vllm,
        "repository": options.model,
        "config": _config(options.config),
        "gpu": _gpu(options.gpu) if options.gpu else gpu_named("l4"),
        "gpus": _gpus(options),
    }
    try:
        return validated(PlanRequest, given, "the plan")
    except InvalidArgsError as error:
        raise UsageError(in_options(str(error))) from None


def _gpus(options: argparse.Namespace) -> int:
    tensor = 1 if options.tensor_parallel_size is None else options.tensor_parallel_size
    stages: int = options.pipeline_parallel_size
    for option, size in {
        "--tensor-parallel-size": tensor,
        "--pipeline-parallel-size": stages,
    }.items():
        if size < 1:
            raise UsageError(f"{option}: {size} GPUs do not hold a model; set 1 or more")
    return tensor * stages


def _gpu(name: str) -> Gpu:
    try:
        return gpu_named(name)
    except ValueError as error:
        raise UsageError(f"--gpu: {error}") from None


def _config(name: str | None) -> dict[str, Any] | None:
    if name is None:
        return None
    try:
        text = sys.stdin.read() if name == "-" else Path(name).read_text(encoding="utf-8")
        document: Any = json.loads(text)
    except UnicodeDecodeError as error:
        raise UsageError(f"--config {name} is not UTF-8 text, as JSON is: {error}") from None
    except ValueError as error:
        raise UsageError(f"--config {name} is not JSON: {error}") from None
    if not isinstance(document, dict):
        raise UsageError(f"--config {name} is not a config.json: it has to be an object")
    return cast("dict[str, Any]", document)


def _refuse_idle_options(options: argparse.Namespace) -> None:
    """Refuse options that would change nothing beside the others.

    Raises:
        UsageError: naming them.
    """
    idle = [name for name in _ONLY_ONE_GPU if options.find and getattr(options, name) is not None]
    if idle:
        named = ", ".join(f"--{name.replace('_', '-')}" for name in idle)
        raise UsageError(
            f"{named}: --find tries every GPU of the catalogue, 1, 2, 4 and 8 of each; leave it "
            "out, or name one with --gpu"
        )
    if options.max_lora_rank is not None and not options.max_loras:
        raise UsageError("--max-lora-rank: no room without adapters; add --max-loras")


def in_options(text: str) -> str:
    """Return a text in the words of this command: fields of a service are options here."""
    dotted = [re.escape(name) for name in _OPTIONS if "." in name]
    bare = [name for name in _OPTIONS if "." not in name]
    # A bare word is a field only where a reason follows; else it is a word of the sentence.
    named = rf"(?<![\w.-])(?:({'|'.join(dotted)})(?![\w])|({'|'.join(bare)})(?=: ))"
    return re.sub(named, lambda found: _OPTIONS[found[0]], text)
