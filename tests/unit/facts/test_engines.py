"""What each release of vLLM says of itself, and what we reviewed of it."""

import json
from importlib import resources

import pytest
from hoheit_facts import ENGINE, ENGINE_MEMORY, ENGINES, KV_CACHE_RULES, known_series

each_version = pytest.mark.parametrize("version", sorted(ENGINES))
each_rendered = pytest.mark.parametrize("version", ENGINE.rendered_versions)


def test_every_catalogue_that_lies_there_can_be_read() -> None:
    folder = resources.files("hoheit_facts") / "data" / "engines"
    assert {file.name for file in folder.iterdir()} == {f"{version}.json" for version in ENGINES}
    assert all(ENGINES[version].version == version for version in ENGINES)


def test_the_release_that_serves_by_default_was_run_and_is_rendered() -> None:
    assert ENGINES[ENGINE.version].method == "run"
    assert ENGINE.version in ENGINE.rendered_versions
    assert set(ENGINE.rendered_versions) < set(ENGINES)


@each_version
def test_a_catalogue_that_was_not_run_says_so(version: str) -> None:
    catalogue = ENGINES[version]
    unrun = "nothing of this release was run: no server, no metrics page"
    assert (unrun in catalogue.missing) == (catalogue.method != "run")


@each_version
def test_every_name_is_there_once(version: str) -> None:
    catalogue = ENGINES[version]
    names = [name for flag in catalogue.flags for name in flag.names]
    assert len(names) == len(set(names)) == len(catalogue.flags_by_name)
    metrics = [metric.name for metric in catalogue.metrics]
    assert len(metrics) == len(set(metrics))


@each_version
def test_a_catalogue_is_as_wide_as_the_engine(version: str) -> None:
    catalogue = ENGINES[version]
    assert len(catalogue.flags) > 180
    assert len(catalogue.metrics) > 40
    assert {"/health", "/metrics", "/v1/models"} <= {route.path for route in catalogue.routes}


@each_rendered
@pytest.mark.parametrize("flag", ENGINE.tuning_flags)
def test_every_flag_that_tunes_is_one_of_the_engine_and_not_deprecated(
    flag: str, version: str
) -> None:
    known = ENGINES[version].flag(flag)
    assert known
    assert not known.deprecated


@each_rendered
@pytest.mark.parametrize("path", ENGINE.inference_paths)
def test_every_inference_path_is_asked_by_post(path: str, version: str) -> None:
    (route,) = [route for route in ENGINES[version].routes if route.path == path]
    assert route.methods == ("POST",)


@pytest.mark.parametrize("version", sorted(set(ENGINES) - {"0.14.1"}))
def test_the_reviewed_defaults_are_those_of_the_engine(version: str) -> None:
    catalogue = ENGINES[version]
    assert catalogue.block_size_tokens == ENGINE.block_size_tokens
    utilization = catalogue.flag("--gpu-memory-utilization")
    assert utilization
    assert utilization.default == ENGINE.default_gpu_memory_utilization


def test_a_default_that_changed_is_read_from_the_release() -> None:
    old = ENGINES["0.14.1"].flag("--gpu-memory-utilization")
    assert old
    assert old.default == 0.9


@each_version
def test_the_series_of_a_release_are_those_of_its_catalogue(version: str) -> None:
    series = known_series("vllm", version)
    assert {"vllm:num_requests_waiting", "vllm:time_to_first_token_seconds_bucket"} <= series
    assert "vllm:time_to_first_token_seconds" not in series
    named = {metric.name for metric in ENGINES[version].metrics if metric.type != "histogram"}
    assert named <= series


def test_a_metric_that_a_later_release_brought_is_not_known_of_an_earlier_one() -> None:
    name = "vllm:admission_rejections_total"
    assert name in known_series("vllm", "0.32.0")
    assert name not in known_series("vllm", "0.14.1")


@each_version
def test_a_metric_says_in_which_set_up_it_exists(version: str) -> None:
    metrics = {metric.name: metric for metric in ENGINES[version].metrics}
    assert metrics["vllm:num_requests_running"].when is None
    assert "lora_config" in (metrics["vllm:lora_requests_info"].when or "")
    assert metrics["vllm:spec_decode_num_drafts_total"].when == "--speculative-config"
    assert metrics["vllm:request_success_total"].labels == (
        *("model_name", "engine", "finished_reason"),
    )
    assert metrics["vllm:cache_config_info"].labels is None


@each_version
def test_routes_that_administer_need_a_set_up_that_we_never_give(version: str) -> None:
    routes = {route.path: route for route in ENGINES[version].routes}
    assert routes["/sleep"].when == "VLLM_SERVER_DEV_MODE=1"
    assert routes["/v1/load_lora_adapter"].when == "VLLM_ALLOW_RUNTIME_LORA_UPDATING=1"
    assert routes["/v1/chat/completions"].when is None


@each_version
def test_a_catalogue_is_written_one_row_a_line_for_whoever_reviews_a_change(version: str) -> None:
    file = resources.files("hoheit_facts") / "data" / "engines" / f"{version}.json"
    rows = [line.strip().rstrip(",") for line in file.read_text("utf-8").splitlines()]
    catalogue = ENGINES[version]
    flags = [row for row in rows if row.startswith('{"names"')]
    assert [json.loads(row)["names"] for row in flags] == [[*f.names] for f in catalogue.flags]


@each_version
def test_memory_is_planned_with_the_defaults_that_the_release_names(version: str) -> None:
    catalogue = ENGINES[version]
    utilization = catalogue.flag("--gpu-memory-utilization")
    assert utilization
    assert ENGINE_MEMORY[version].default_gpu_memory_utilization == utilization.default
    # The older release decides on its blocks when it knows the GPU.
    assert catalogue.block_size_tokens in {KV_CACHE_RULES[version].block_size, None}


def test_the_engine_that_serves_by_default_has_the_defaults_of_its_release() -> None:
    assert ENGINES[ENGINE.version].block_size_tokens == ENGINE.block_size_tokens
    default = ENGINE_MEMORY[ENGINE.version].default_gpu_memory_utilization
    assert default == ENGINE.default_gpu_memory_utilization


def test_everything_about_memory_is_known_of_the_same_releases() -> None:
    assert set(ENGINES) == set(ENGINE_MEMORY) == set(KV_CACHE_RULES)
