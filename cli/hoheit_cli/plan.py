"""`hoheit plan`: what a model takes on a GPU, before there is a cluster."""

import argparse
import sys
from typing import Any

from hoheit.memory_plan import MemoryPlan, concurrency
from hoheit.plan import CannotBeError, DoesNotFitError, GpuFit, PlanRequest, fitting_gpus, plan_gpu
from hoheit_facts import GPUS, instance_types_with

from .errors import UsageError
from .plan_options import add_options, in_options, request_of
from .text import json_text, printable

_LENGTHS = (4096, 16384, 65536)
"""Requests of these lengths are told beside the longest: few are as long as the longest."""
_REFUSED = 1
_UNKNOWN = 3
_MOST_GPUS = 8


def add(commands: Any) -> None:
    """Add the command to the subparsers of `hoheit`."""
    description = (
        "Print the memory of one replica: weights, activations, CUDA graphs, KV cache, tokens and "
        "concurrency. Needs no cluster and no network. Options have the names of `vllm serve`."
    )
    parser: argparse.ArgumentParser = commands.add_parser(
        "plan", help="what a model takes on a GPU", description=description
    )
    add_options(parser)
    parser.set_defaults(command=_run)


def _run(options: argparse.Namespace) -> int:
    request = request_of(options)
    if options.find:
        return _find(request, as_json=options.json)
    try:
        plan = _planned(request)
    except DoesNotFitError as error:
        return _refuse(in_options(str(error)), as_json=options.json)
    by_length = _concurrency(request, plan)
    if options.json:
        document = {**plan.model_dump(mode="json"), "concurrency_by_length": by_length}
        sys.stdout.write(json_text({"fits": _answer(plan), "plan": document}))
    else:
        sys.stdout.write(printable(in_options("\n".join(_text(plan, by_length)))) + "\n")
    return _UNKNOWN if _answer(plan) is None else 0


def _answer(plan: MemoryPlan) -> bool | None:
    """Return True for a plan that works out, None where its KV cache is not known."""
    return None if plan.kv_tokens is None else True


def _text(plan: MemoryPlan, by_length: dict[int, float]) -> list[str]:
    """Return the plan, with the shorter requests right after the longest ones."""
    lines = plan.lines()
    if plan.max_concurrency is None:
        return lines
    place = lines.index(concurrency(plan.max_model_len, plan.max_concurrency))
    told = [concurrency(*each) for each in sorted(by_length.items(), reverse=True)]
    return [*lines[:place], *told, *lines[place + 1 :]]


def _planned(request: PlanRequest) -> MemoryPlan:
    try:
        return plan_gpu(request)
    except CannotBeError as error:
        raise UsageError(in_options(str(error))) from None
    except DoesNotFitError:
        raise
    except ValueError as error:
        raise UsageError(in_options(str(error))) from None


def _concurrency(request: PlanRequest, plan: MemoryPlan) -> dict[int, float]:
    """Return how many requests of some lengths the blocks of the plan hold at once."""
    if plan.kv_blocks is None or plan.max_concurrency is None:
        return {}
    held = {plan.max_model_len: plan.max_concurrency}
    for length in _LENGTHS:
        if (request.block_size or 0) <= length < plan.max_model_len:
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
        raise UsageError(in_options(str(error))) from None
    if not fits:
        unknown = _unknown_everywhere(request)
        if unknown:
            return _cannot_say(unknown, as_json=as_json)
        return _refuse(_why_none(request), as_json=as_json)
    answer = True if all(_answer(fit.plan) for fit in fits) else None
    if as_json:
        sys.stdout.write(json_text({"fits": answer, "gpus": [_fit(fit) for fit in fits]}))
    else:
        sys.stdout.write(printable("\n".join(line for fit in fits for line in _lines(fit))) + "\n")
    return 0 if answer else _UNKNOWN


def _unknown_everywhere(request: PlanRequest) -> str:
    """Return why nobody can say where the model fits; empty where that is known."""
    try:
        plan = _planned(_on_the_largest(request))
    except DoesNotFitError:
        return ""
    return in_options("; ".join(plan.unknown)) if plan.kv_cache.gib is None else ""


def _cannot_say(why: str, *, as_json: bool) -> int:
    if as_json:
        sys.stdout.write(json_text({"fits": None, "why": why}))
    else:
        sys.stderr.write(printable(f"unknown: {why}\n"))
    return _UNKNOWN


def _on_the_largest(request: PlanRequest) -> PlanRequest:
    largest = max(GPUS.values(), key=lambda gpu: gpu.memory_mib)
    return request.model_copy(update={"gpu": largest, "gpus": _MOST_GPUS})


def _why_none(request: PlanRequest) -> str:
    """Return why not even the most and largest GPUs would do."""
    asked = _on_the_largest(request)
    try:
        _planned(asked)
    except DoesNotFitError as error:
        return f"not even on {asked.gpus} x {asked.gpu.name}: {in_options(str(error))}"
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
