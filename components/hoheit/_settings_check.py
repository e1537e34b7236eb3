"""What the fields of a model service must agree on, before there is a pool or a cluster."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hoheit_facts import ENGINE

from ._lora_check import check_adapters, check_batch
from ._slo import check_objectives
from .api_key import check_names
from .network import check_callers

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .engine import EngineSettings
    from .vllm_settings import VllmSettings


def check_settings(settings: VllmSettings) -> None:
    """Tell whether the fields of a service agree.

    Raises:
        ValueError: beginning with the path of the first field that does not.
    """
    engine = settings.engine
    check_adapters(settings.adapters, settings.weights, settings.served_model_name)
    check_batch(len(settings.adapters), settings.max_loras, engine.max_num_seqs)
    engine.tensor_parallel_size(settings.gpus)
    _check_cpu_cache(settings.gpus, engine.cpu_kv_cache_gib)
    _check_gpu_share(settings.gpus, engine)
    settings.startup.budget_seconds(settings.startup_budget_seconds)
    if settings.autoscaling is not None:
        _check_fixed_replicas(settings.replicas)
    if settings.objectives is not None:
        check_objectives(settings.objectives, ENGINE.name, engine.version)
    _check_routes(settings.routes)
    check_names(settings.api_keys)
    check_callers("clients", settings.clients)
    check_callers("scrapers", settings.scrapers)


def _check_cpu_cache(gpus: int, cache_gib: int | None) -> None:
    if (gpus == 0) != (cache_gib is not None):
        raise ValueError(
            "engine.cpu_kv_cache_gib: goes with gpus: 0, and is required there; GiB of host "
            "memory for the KV cache. On a pool with GPUs set gpus instead"
        )


def _check_gpu_share(gpus: int, engine: EngineSettings) -> None:
    if gpus == 0 and "gpu_memory_utilization" in engine.model_fields_set:
        raise ValueError(
            "engine.gpu_memory_utilization: there is no GPU to share (gpus: 0); leave it out, "
            "engine.cpu_kv_cache_gib is what counts"
        )


def _check_fixed_replicas(replicas: int) -> None:
    if replicas != 1:
        raise ValueError(
            f"replicas: {replicas}, but autoscaling decides on them; leave out one of the two"
        )


def _check_routes(routes: Sequence[str]) -> None:
    known = ENGINE.inference_paths
    if unknown := [path for path in routes if path not in known]:
        raise ValueError(f"routes: {', '.join(unknown)}; allowed: {', '.join(known)}")
    if twice := sorted({path for path in routes if routes.count(path) > 1}):
        raise ValueError(f"routes: {', '.join(twice)} stands there more than once; list it once")
