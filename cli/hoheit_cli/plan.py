"""`hoheit plan`: what a model takes on a GPU, before there is a cluster."""

import argparse
import json
import re
import sys
from pathlib import Path
from typing import Any, cast

from hoheit import InvalidArgsError
from hoheit.driver import validated
from hoheit.engine import Dtype, KvCacheDtype
from hoheit.memory_plan import MemoryPlan, concurrency
from hoheit.plan import DoesNotFitError, GpuFit, PlanRequest, fitting_gpus, plan_gpu
from hoheit_facts import ENGINE, ENGINE_MEMORY, GPUS, Gpu, gpu_named, instance_types_with

from .errors import UsageError
from .text import json_text, printable

_LENGTHS = (4096, 16384, 65536)
"""Requests of these lengths are told beside the longest: few are as long as the longest."""
_REFUSED = 1
_MOST_GPUS = 8
_OPTIONS = {
    **{name: f"--{name.replace('_', '-')}" for name in PlanRequest.model_fields},
    "engine.block_size": "--block-size",
    "engine.enforce_eager": "--enforce-eager",
    "engine.gpu_memory_utilization": "--gpu-memory-utilization",
    "engine.kv_cache_dtype": "--kv-cache-dtype",
    "engine.max_model_len": "--max-model-len",
    "engine.pipeline_parallel_size": "--pipeline-parallel-size",
    "gpus": "--tensor-parallel-size",
    "repository": "the model",
    "version": "--vllm",
    "weights": "--weights-gib",
    "weights.config": "--config",
    "weights.size_gib": "--weights-gib",
}
"""The option for a field of a request or of a service, by which a refusal begins or ends."""


def add(commands: Any) -> None:
    """Add the command to the subparsers of `hoheit`."""
    description = (
        "Print the memory of one replica: weights, activations, CUDA graphs, KV cache, tokens and "
        "concurrency. Needs no cluster and no network. Options have the names of `vllm serve`."
    )
    parser: argparse.ArgumentParser = commands.add_parser(
        "plan", help="what a model takes on a GPU", description=description
    )
    parser.add_argument("model", nargs="?", help="repository, organisation/name")
    _add_hardware(parser)
    _add_engine(parser)
    parser.add_argument("--json", action="store_true", help="print it for machines")
    parser.set_defaults(command=_run)


def _add_hardware(parser: argparse.ArgumentParser) -> None:
    where = parser.add_mutually_exclusive_group(required=True)
    where.add_argument("--gpu", help="a GPU of the catalogue, for example nvidia-l4")
    where.add_argument("--find", action="store_true", help="list the GPUs that fit, and machines")
    parser.add_argument("--tensor-parallel-size", type=int, default=1, metavar="N")
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
    parser.add_argument("--max-lora-rank", type=int, default=16, metavar="RANK")
    parser.add_argument("--enforce-eager", action="store_true", help="no CUDA graphs")


def _run(options: argparse.Namespace) -> int:
    request = _request(options)
    if options.find:
        return _find(request, as_json=options.json)
    try:
        plan = _planned(request)
    except DoesNotFitError as error:
        return _refuse(_in_options(str(error)), as_json=options.json)
    by_length = _concurrency(request, plan)
    if options.json:
        document = {**plan.model_dump(mode="json"), "concurrency_by_length": by_length}
        sys.stdout.write(json_text({"fits": True, "plan": document}))
    else:
        others = {length: n for length, n in by_length.items() if length != plan.max_model_len}
        lines = [concurrency(length, requests) for length, requests in others.items()]
        text = _in_options("\n".join([*plan.lines(), *lines]))
        sys.stdout.write(printable(text) + "\n")
    return 0


def _request(options: argparse.Namespace) -> PlanRequest:
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
        "gpus": options.tensor_parallel_size * options.pipeline_parallel_size,
    }
    try:
        return validated(PlanRequest, given, "the plan")
    except InvalidArgsError as error:
        raise UsageError(_in_options(str(error))) from None


def _gpu(name: str) -> Gpu:
    try:
        return gpu_named(name)
    except ValueError as error:
        raise UsageError(f"--gpu: {error}") from None


def _config(name: str | None) -> dict[str, Any] | None:
    if name is None:
        return None
    text = sys.stdin.read() if name == "-" else Path(name).read_text(encoding="utf-8")
    try:
        document: Any = json.loads(text)
    except ValueError as error:
        raise UsageError(f"--config {name} is not JSON: {error}") from None
    if not isinstance(document, dict):
        raise UsageError(f"--config {name} is not a config.json: it has to be an object")
    return cast("dict[str, Any]", document)


def _planned(request: PlanRequest) -> MemoryPlan:
    try:
        return plan_gpu(request)
    except DoesNotFitError:
        raise
    except ValueError as error:
        raise UsageError(_in_options(str(error))) from None


def _in_options(text: str) -> str:
    """Return a text in the words of this command: fields of a service are options here."""
    dotted = [re.escape(name) for name in _OPTIONS if "." in name]
    bare = [name for name in _OPTIONS if "." not in name]
    # A bare word is a field only where a reason follows; else it is a word of the sentence.
    named = rf"(?<![\w.-])(?:({'|'.join(dotted)})(?![\w])|({'|'.join(bare)})(?=: ))"
    return re.sub(named, lambda found: _OPTIONS[found[0]], text)


def _concurrency(request: PlanRequest, plan: MemoryPlan) -> dict[int, float]:
    """Return how many requests of some lengths the blocks of the plan hold at once."""
    if plan.kv_blocks is None or plan.max_concurrency is None:
        return {}
    held = {plan.max_model_len: plan.max_concurrency}
    for length in _LENGTHS:
        if length < plan.max_model_len:
            asked = {"max_model_len": length, "num_gpu_blocks_override": plan.kv_blocks}
            held[length] = plan_gpu(request.model_copy(update=asked)).max_concurrency or 0.0
    return dict(sorted(held.items()))


def _refuse(why: str, *, as_json: bool) -> int:
    if as_json:
        sys.stdout.write(json_text({"fits": False, "why": why}))
    else:
        sys.stderr.write(printable(f"does not fit: {why}\n"))
    return _REFUSED


def _find(request: PlanRequest, *, as_json: bool) -> int:
    try:
        fits = fitting_gpus(request)
    except ValueError as error:
        raise UsageError(_in_options(str(error))) from None
    if not fits:
        return _refuse(_why_none(request), as_json=as_json)
    if as_json:
        sys.stdout.write(json_text({"fits": True, "gpus": [_fit(fit) for fit in fits]}))
    else:
        sys.stdout.write(printable("\n".join(line for fit in fits for line in _lines(fit))) + "\n")
    return 0


def _why_none(request: PlanRequest) -> str:
    """Return why not even the most and largest GPUs would do."""
    largest = max(GPUS.values(), key=lambda gpu: gpu.memory_mib)
    try:
        _planned(request.model_copy(update={"gpu": largest, "gpus": _MOST_GPUS}))
    except DoesNotFitError as error:
        return f"not even on {_MOST_GPUS} x {largest.name}: {_in_options(str(error))}"
    return "on none of the numbers of GPUs that were tried"


def _fit(fit: GpuFit) -> dict[str, Any]:
    machines = [
        {"provider": one.provider, "name": one.name, "gpus": one.gpus}
        for one in instance_types_with(fit.gpu.name, fit.gpus)
    ]
    return {
        "gpu": fit.gpu.name,
        "gpus": fit.gpus,
        "plan": fit.plan.model_dump(mode="json"),
        "instance_types": machines,
    }


def _lines(fit: GpuFit) -> list[str]:
    plan = fit.plan
    room = "KV cache unknown"
    if plan.kv_tokens is not None and plan.max_concurrency is not None:
        room = (
            f"{plan.kv_tokens:,} tokens, {plan.max_concurrency:.2f} requests of "
            f"{plan.max_model_len:,}"
        )
    machines = instance_types_with(fit.gpu.name, fit.gpus)
    smallest: dict[str, str] = {}
    for one in machines:
        smallest.setdefault(one.provider, f"{one.provider} {one.name}")
    where = ", ".join(smallest.values()) or "no machine of the catalogue"
    return [f"{fit.gpus} x {fit.gpu.name}: {room}", f"    {where}"]
