"""Where else, or with fewer bits, a model would fit."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hoheit_facts import GPUS, Gpu, engine_memory

from hoheit._sizing.errors import DoesNotFitError
from hoheit._sizing.parallel import ParallelSizes
from hoheit.memory_plan import GpuFit

from .gpu import gpu_plan
from .model import UnknownModel, model_of, quantized
from .shares import computed_weights

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hoheit.plan import PlanRequest

_COUNTS = (1, 2, 4, 8)
_BITS = (8, 4)
_NAMED = 4


def fits(request: PlanRequest) -> list[GpuFit]:
    """Return the smallest number of each GPU on which the model works out, least memory first."""
    found = [fit for gpu in GPUS.values() if (fit := _smallest(request, gpu)) is not None]
    return sorted(found, key=lambda fit: (fit.gpus * fit.gpu.memory_mib, fit.gpus))


def ways_out(request: PlanRequest) -> list[str]:
    """Return what would do instead of a request that does not fit."""
    return [
        *_usual_step(request),
        *_usual_share(request),
        *_other_gpus(request),
        *_fewer_bits(request),
    ]


def _smallest(request: PlanRequest, gpu: Gpu) -> GpuFit | None:
    for count in _COUNTS:
        if count % request.pipeline_parallel_size:
            continue
        asked = {"gpu": gpu, "gpus": count, "total_memory_gib": None, "free_memory_gib": None}
        try:
            plan = gpu_plan(request.model_copy(update=asked))
        except DoesNotFitError:
            continue
        # Of weights that nobody knows, nobody can say where they fit.
        return None if plan.kv_cache.gib is None else GpuFit(gpu=gpu, gpus=count, plan=plan)
    return None


def _usual_share(request: PlanRequest) -> Iterator[str]:
    """The engine's own share of each GPU, where somebody gave it less."""
    usual = engine_memory(request.version).default_gpu_memory_utilization
    if (request.gpu_memory_utilization or usual) >= usual:
        return
    if _works_out(request.model_copy(update={"gpu_memory_utilization": usual})):
        yield f"engine.gpu_memory_utilization: it fits at {usual:g}"


def _usual_step(request: PlanRequest) -> Iterator[str]:
    """The engine's own largest step, where somebody asked for another."""
    asked = ("max_num_batched_tokens", "max_num_seqs")
    stated = [name for name in asked if getattr(request, name) is not None]
    if stated and _works_out(request.model_copy(update=dict.fromkeys(stated))):
        named = " and ".join(f"engine.{name}" for name in stated)
        yield f"{named}: it fits with the engine's own default; leave it out, or set less"


def _other_gpus(request: PlanRequest) -> Iterator[str]:
    named = ", ".join(f"{fit.gpus} x {fit.gpu.name}" for fit in fits(request)[:_NAMED])
    if named:
        yield f"gpus: it fits on {named}"


def _fewer_bits(request: PlanRequest) -> Iterator[str]:
    """The most bits per weight with which the model would fit on the same GPUs."""
    model = model_of(request)
    if isinstance(model, UnknownModel) or model.architecture.quantization is not None:
        return
    parallel = ParallelSizes(
        tensor=request.tensor_parallel_size, pipeline=request.pipeline_parallel_size
    )
    for bits in _BITS:
        share = computed_weights(quantized(model, bits), parallel)
        if share is None or share.gib is None:
            continue
        smaller = {"weights_gib": share.gib * request.gpus}
        if _works_out(request.model_copy(update=smaller)):
            yield (
                f"weights: it fits quantised to {bits} bit, which take {share.gib:.2f} GiB on each "
                f"{request.gpu.name}"
            )
            return


def _works_out(request: PlanRequest) -> bool:
    try:
        gpu_plan(request)
    except DoesNotFitError:
        return False
    return True
