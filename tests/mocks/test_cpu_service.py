"""A model service on nodes without GPU, for somebody who tries hoheit out."""

from typing import Any

import pulumi
import pytest
from hoheit import GpuNodePool, GpuNodePoolArgs
from support import components, samples
from support.monitor import run
from support.served import built, server

ON_CPU = samples.cpu_service()


def on_cpu() -> dict[str, Any]:
    return server(run(lambda: components.service(on=components.cpu_pool(), **ON_CPU)))


def test_a_service_without_gpu_asks_for_none_and_tolerates_nothing() -> None:
    pod = on_cpu()
    assert "nvidia.com/gpu" not in str(pod)
    assert pod["tolerations"] == []
    assert pod["nodeSelector"] == {"kubernetes.io/os": "linux"}


def test_a_service_without_gpu_runs_the_cpu_build_with_a_cache_of_a_stated_size() -> None:
    pod = on_cpu()
    (engine,) = pod["containers"]
    assert engine["image"] == "docker.io/vllm/vllm-openai-cpu:v0.32.0-x86_64"
    assert f"--kv-cache-memory-bytes={2 * 1024**3}" in engine["args"]
    assert "--tensor-parallel-size=1" in engine["args"]
    assert not any("gpu-memory-utilization" in flag for flag in engine["args"])


@pytest.mark.parametrize(("millicores", "threads"), [(500, "1"), (2500, "1"), (3500, "2")])
def test_a_service_without_gpu_computes_on_the_cores_that_it_requests_but_one_for_its_scheduler(
    millicores: int, threads: str
) -> None:
    own = {**ON_CPU, "cpu_millicores": millicores}
    pod = server(run(lambda: components.service(on=components.cpu_pool(), **own)))
    assert variables(pod)["OMP_NUM_THREADS"] == threads
    assert variables(pod)["VLLM_CPU_OMP_THREADS_BIND"] == "nobind"


def test_a_service_with_gpus_is_told_nothing_about_threads() -> None:
    assert not any("OMP" in name for name in variables(server(run(components.service))))


def variables(pod: dict[str, Any]) -> dict[str, str]:
    (engine,) = pod["containers"]
    return {one["name"]: one["value"] for one in engine["env"] if "value" in one}


def test_the_runtime_of_gpu_pods_is_not_asked_for() -> None:
    rich = {"simulated": True, "gpu_runtime_class": "nvidia"}

    def program() -> None:
        cluster = components.cluster(capabilities=rich)
        pool = GpuNodePool("cpu", GpuNodePoolArgs(cluster=cluster, spec=samples.cpu_nodes()))
        components.service(on=pool, **ON_CPU)

    assert "runtimeClassName" not in server(run(program))


@pytest.mark.parametrize(
    ("pool", "changes", "said"),
    [
        ("cpu", {}, "gpus: 1, but the pool's nodes have none; set gpus: 0"),
        ("gpu", ON_CPU, "gpus: 0, but the pool has L4; set gpus, or take a CPU pool"),
        ("cpu", {"gpus": 0}, "engine.cpu_kv_cache_gib: goes with gpus: 0, and is required there"),
        ("gpu", {"engine": ON_CPU["engine"]}, "engine.cpu_kv_cache_gib: goes with gpus: 0"),
        ("cpu", {**ON_CPU, "memory_mib": 4096}, "memory_mib: 4.00 GiB, but weights (3.96 GiB)"),
    ],
)
def test_a_service_and_a_pool_that_do_not_match_are_refused(
    pool: str, changes: dict[str, Any], said: str
) -> None:
    made = {"cpu": components.cpu_pool, "gpu": components.pool}[pool]
    with pytest.raises(pulumi.RunError) as refused:
        run(lambda: components.service(on=made(), **changes))
    assert said in str(refused.value)


def test_a_service_on_a_gpu_still_shares_its_memory() -> None:
    (engine,) = server(built())["containers"]
    assert any(flag.startswith("--gpu-memory-utilization=") for flag in engine["args"])
