"""The pod of a model server in plain data, before any resource exists."""

from typing import Any

import pytest
from hoheit import StorageChoice, VllmSettings
from hoheit._compile_cache import CompileCache
from hoheit._gateway_container import GatewaySecrets
from hoheit._gpu_share import check_share
from hoheit._lifecycle import Drain
from hoheit._pod_room import shared_memory_gib
from hoheit._server_pod import ServerPod
from hoheit.driver import Room
from hypothesis import given
from hypothesis import strategies as st
from support.quantities import bytes_of, millicores_of
from support.samples import hub_weights, images, object_store, settings, stored_weights

GPU = "nvidia.com/gpu"


def server_pod(asked: VllmSettings, **changes: Any) -> ServerPod:
    return ServerPod(
        settings=asked,
        images=images(),
        weights=asked.weights,
        weights_storage=StorageChoice(storage_class=None),
        store=object_store(),
        runtime_class=None,
        **changes,
    )


def pod_of(
    asked: VllmSettings, cache: CompileCache | None = None, **changes: Any
) -> tuple[Room, dict[str, Any]]:
    pod = server_pod(asked, **changes)
    spec: dict[str, Any] = dict(
        pod.spec(
            service_account="account",
            secrets=GatewaySecrets(keys="keys", upstream="key", upstream_key="key"),
            gateway_config="config",
            placement=({"pool": "l4"}, []),
            spread_over={"app": "x"},
            compile_cache=cache,
        )
    )
    return asked.claim_on(pod.weights_storage).pod, spec


def effective_requests(spec: dict[str, Any]) -> dict[str, int]:
    """What the scheduler counts: sidecars and containers together, or one greedy init container.

    As the Kubernetes documentation has it ("Resource sharing within containers").
    """

    def asked(container: dict[str, Any]) -> dict[str, int]:
        requests = container["resources"]["requests"]
        return {
            "cpu": millicores_of(requests["cpu"]),
            "memory": bytes_of(requests["memory"]),
            "disk": bytes_of(requests.get("ephemeral-storage", "0")),
            GPU: int(requests.get(GPU, "0")),
        }

    running = {"cpu": 0, "memory": 0, "disk": 0, GPU: 0}
    peak = dict(running)
    for container in [*spec["init_containers"], *spec["containers"]]:
        stays = container.get("restart_policy") == "Always" or container in spec["containers"]
        at_once = {name: running[name] + value for name, value in asked(container).items()}
        peak = {name: max(peak[name], at_once[name]) for name in peak}
        running = at_once if stays else running
    return peak


sizes = st.builds(
    settings,
    gpus=st.sampled_from([1, 2, 4, 8]),
    cpu_millicores=st.integers(min_value=500, max_value=64_000),
    memory_mib=st.integers(min_value=1024, max_value=1 << 20),
    weights=st.sampled_from([hub_weights(), stored_weights("pvc://claim/x")]),
)


@given(sizes)
def test_a_pod_claims_from_its_pool_what_the_scheduler_will_count(asked: VllmSettings) -> None:
    room, spec = pod_of(asked)
    counted = effective_requests(spec)
    assert room.gpus == counted[GPU]
    assert room.cpu_millicores == counted["cpu"]
    assert room.memory_mib * 1024**2 == counted["memory"]
    assert room.disk_gib * 1024**3 == counted["disk"]


@given(sizes)
def test_gpus_are_requested_in_whole_numbers_and_limited_to_the_same(asked: VllmSettings) -> None:
    _, spec = pod_of(asked)
    (engine,) = spec["containers"]
    assert engine["resources"]["requests"][GPU] == str(asked.gpus)
    assert engine["resources"]["limits"][GPU] == str(asked.gpus)


def test_memory_is_limited_to_what_is_requested_in_every_container() -> None:
    _, spec = pod_of(settings())
    for container in [*spec["init_containers"], *spec["containers"]]:
        resources = container["resources"]
        assert resources["limits"]["memory"] == resources["requests"]["memory"]


@given(st.integers(min_value=1, max_value=86_400))
def test_the_grace_period_covers_pre_stop_longest_answer_and_margin(timeout: int) -> None:
    _, spec = pod_of(settings(drain_seconds=timeout))
    (engine,) = spec["containers"]
    before = engine["lifecycle"]["pre_stop"]["sleep"]["seconds"]
    (drained,) = [arg for arg in engine["args"] if arg.startswith("--shutdown-timeout=")]
    assert drained == f"--shutdown-timeout={timeout}"
    margin = Drain(request_seconds=timeout).margin_seconds
    assert spec["termination_grace_period_seconds"] == before + timeout + margin


def test_the_gateway_waits_as_long_as_the_engine_drains() -> None:
    gateway = server_pod(settings(drain_seconds=1234)).gateway
    assert "hard-stop-after 1234s" in gateway


def test_the_volumes_of_a_pod_fit_into_the_disk_that_it_requests() -> None:
    for weights in (hub_weights(size_gib=40), stored_weights("pvc://claim/x")):
        room, spec = pod_of(settings(weights=weights))
        on_disk = [
            bytes_of(volume["empty_dir"]["size_limit"])
            for volume in spec["volumes"]
            if "empty_dir" in volume and volume["empty_dir"].get("medium") != "Memory"
        ]
        assert sum(on_disk) == room.disk_gib * 1024**3


def test_the_gateway_is_a_sidecar_that_starts_before_and_stops_after_the_engine() -> None:
    _, spec = pod_of(settings())
    assert [container["name"] for container in spec["init_containers"]] == ["weights", "gateway"]
    assert spec["init_containers"][-1]["restart_policy"] == "Always"
    assert "restart_policy" not in spec["init_containers"][0]


def test_the_command_is_always_stated_because_entrypoints_change() -> None:
    _, spec = pod_of(settings())
    for container in [*spec["init_containers"], *spec["containers"]]:
        assert container["command"]


def test_the_cache_paths_of_the_engine_lie_on_declared_volumes() -> None:
    _, spec = pod_of(settings())
    (engine,) = spec["containers"]
    environment = {entry["name"]: entry.get("value") for entry in engine["env"]}
    mounts = {mount["mount_path"]: mount["name"] for mount in engine["volume_mounts"]}
    volumes = {volume["name"]: volume for volume in spec["volumes"]}
    assert environment["HF_HOME"].startswith(f"{environment['HOME']}/")
    assert volumes[mounts[environment["HOME"]]]["empty_dir"]["size_limit"]
    assert volumes[mounts["/tmp"]]["empty_dir"]["size_limit"]  # noqa: S108 - the mount
    assert volumes[mounts["/dev/shm"]]["empty_dir"]["medium"] == "Memory"  # noqa: S108


def test_the_engine_works_offline_and_reports_to_nobody() -> None:
    _, spec = pod_of(settings())
    (engine,) = spec["containers"]
    environment = {entry["name"]: entry.get("value") for entry in engine["env"]}
    for name in ("HF_HUB_OFFLINE", "VLLM_NO_USAGE_STATS", "DO_NOT_TRACK"):
        assert environment[name] == "1"


def test_the_service_variables_of_a_namespace_cannot_reach_the_engine() -> None:
    assert pod_of(settings())[1]["enable_service_links"] is False


def engine_of(asked: VllmSettings, **changes: Any) -> dict[str, Any]:
    (engine,) = pod_of(asked, **changes)[1]["containers"]
    return engine


# How it starts


def test_a_pod_is_not_ready_before_each_model_has_answered_once() -> None:
    probe = engine_of(settings())["startup_probe"]
    assert probe["exec_"]["command"][-1] == "mistral"
    assert "http_get" not in probe


def test_without_warm_up_a_pod_is_ready_when_the_model_is_served() -> None:
    probe = engine_of(settings(warm_up=False))["startup_probe"]
    assert probe["http_get"] == {"path": "/ready", "port": 8082}


def test_a_model_that_cannot_be_warmed_is_ready_when_it_is_served() -> None:
    assert "http_get" in engine_of(settings(routes=("/tokenize",)))["startup_probe"]


@pytest.mark.parametrize("warm_up", [True, False])
def test_the_startup_probe_gives_what_the_start_needs(warm_up: bool) -> None:
    large = settings(weights=hub_weights(size_gib=700), warm_up=warm_up)
    probe = engine_of(large)["startup_probe"]
    given = probe["period_seconds"] * probe["failure_threshold"]
    assert given >= large.startup.needed_seconds > 3600


def test_a_given_startup_budget_is_the_one_that_is_rendered() -> None:
    probe = engine_of(settings(startup_budget_seconds=900))["startup_probe"]
    assert probe["period_seconds"] * probe["failure_threshold"] == 900


# What it runs on


def test_a_slice_of_a_gpu_is_asked_for_by_the_name_that_the_pool_has_for_it() -> None:
    slice_ = "nvidia.com/mig-1g.10gb"
    resources = engine_of(settings(), gpu_resource=slice_)["resources"]
    assert resources["requests"][slice_] == resources["limits"][slice_] == "1"
    assert GPU not in resources["requests"]


@pytest.mark.parametrize("slice_", ["nvidia.com/mig-3g.40gb", "nvidia.com/gpu.shared"])
def test_a_model_is_not_split_over_slices(slice_: str) -> None:
    check_share(1, slice_)
    check_share(8, GPU)
    with pytest.raises(ValueError, match=rf"gpus: 2, but the pool offers slices \({slice_}\)"):
        check_share(2, slice_)


@pytest.mark.parametrize(("gpus", "gib"), [(0, 2), (1, 2), (2, 2), (4, 2), (8, 4)])
def test_shared_memory_holds_the_queues_of_every_worker(gpus: int, gib: int) -> None:
    assert shared_memory_gib(gpus) == gib
    # One queue of ten chunks of 16 MiB to all workers, one of ten of 24 MiB back from each.
    assert gib * 1024 > 160 + 240 * gpus


def test_shared_memory_is_that_of_the_gpus_and_fits_the_limit_of_the_container() -> None:
    _, spec = pod_of(settings(gpus=8))
    (shared,) = [one["empty_dir"] for one in spec["volumes"] if one["name"] == "shm"]
    assert shared["size_limit"] == "4Gi"
    limit = spec["containers"][0]["resources"]["limits"]["memory"]
    assert bytes_of(limit) > bytes_of(shared["size_limit"])


# What it keeps


def test_compiled_kernels_lie_on_the_volume_that_outlives_the_pod() -> None:
    _, spec = pod_of(settings(), CompileCache(claim="kernels"))
    (engine,) = spec["containers"]
    mounts = {one["mount_path"]: one["name"] for one in engine["volume_mounts"]}
    volumes = {one["name"]: one for one in spec["volumes"]}
    home = {one["name"]: one.get("value") for one in engine["env"]}["HOME"]
    volume = volumes[mounts[f"{home}/.cache/vllm"]]
    assert volume["persistent_volume_claim"] == {"claim_name": "kernels"}
    others = [one for one in spec["init_containers"] if "compiled" in str(one["volume_mounts"])]
    assert others == []


def test_without_such_a_volume_they_go_with_the_pod() -> None:
    _, spec = pod_of(settings())
    assert "persistent_volume_claim" not in str(spec)
