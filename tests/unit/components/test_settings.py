"""What a service is told about its model, in plain values."""

import pytest
from hoheit import InvalidArgsError, VllmSettings
from hoheit._gateway import gateway_config
from hoheit_facts import ENGINE
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError
from support.samples import engine, hub_weights, settings


@pytest.mark.parametrize(
    "path", ["/metrics", "/health", "/", "/v1/models", "/pause", "/v1/load_lora_adapter"]
)
def test_only_inference_routes_can_be_opened(path: str) -> None:
    with pytest.raises(InvalidArgsError, match=f"routes: {path}; allowed: /v1/completions, "):
        settings(routes=("/v1/completions", path))


def test_a_service_that_could_answer_nothing_is_refused() -> None:
    with pytest.raises(InvalidArgsError, match="routes: has 0 entries and needs 1 or more"):
        settings(routes=())


@given(
    st.from_regex(r"[A-Za-z0-9][A-Za-z0-9._:/@+-]{0,99}", fullmatch=True),
    st.sets(st.sampled_from(ENGINE.inference_paths), min_size=1),
    st.integers(min_value=1, max_value=86_400),
    st.integers(min_value=1, max_value=86_400),
)
def test_the_gateway_can_be_configured_for_every_service_that_is_accepted(
    name: str, routes: set[str], idle: int, drain: int
) -> None:
    accepted = settings(
        served_model_name=name,
        routes=tuple(routes),
        idle_timeout_seconds=idle,
        drain_seconds=drain,
    )
    assert gateway_config(
        model_names=accepted.model_names,
        allowed_paths=accepted.routes,
        idle_timeout_seconds=accepted.idle_timeout_seconds,
        drain_seconds=accepted.drain_seconds,
        max_body_bytes=accepted.max_body_mib,
    )


@pytest.mark.parametrize("name", ["", "-x", "a b", 'a"b', "a\nb", "a'b", "ä", "x" * 101])
def test_a_model_name_that_a_configuration_file_could_misread_is_refused(name: str) -> None:
    with pytest.raises(InvalidArgsError, match="served_model_name"):
        settings(served_model_name=name)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("gpus", 0),
        ("gpus", 9),
        ("replicas", 0),
        ("surge", -1),
        ("cpu_millicores", 499),
        ("memory_mib", 1023),
        ("idle_timeout_seconds", 0),
        ("drain_seconds", 0),
        ("max_body_mib", 0),
        ("startup_budget_seconds", 59),
    ],
)
def test_a_number_out_of_range_is_refused_by_its_field(field: str, value: int) -> None:
    with pytest.raises(InvalidArgsError, match=field):
        settings(**{field: value})


def test_settings_cannot_be_changed_after_they_were_checked() -> None:
    asked = settings()
    with pytest.raises(ValidationError, match="frozen"):
        asked.replicas = 99  # pyright: ignore[reportAttributeAccessIssue]


def test_a_service_needs_weights_engine_and_name_and_nothing_else() -> None:
    asked = VllmSettings(weights=hub_weights(), engine=engine(), served_model_name="m")
    assert asked.model_fields_set == {"weights", "engine", "served_model_name"}


def test_a_truth_is_no_number() -> None:
    with pytest.raises(InvalidArgsError, match="replicas: true is no number"):
        settings(replicas=True)


@pytest.mark.parametrize(
    "field",
    [
        "replicas",
        "surge",
        "cpu_millicores",
        "memory_mib",
        "idle_timeout_seconds",
        "drain_seconds",
        "max_body_mib",
        "startup_budget_seconds",
        "weights_read_mib_per_second",
        "weights_copy_mib_per_second",
    ],
)
def test_a_number_far_beyond_any_service_is_refused(field: str) -> None:
    with pytest.raises(InvalidArgsError, match=f"{field}: Input should be less than or equal to"):
        settings(**{field: 10**12})


def test_so_is_one_of_the_router_of_a_key_or_of_the_engine() -> None:
    limit = "Input should be less than or equal to"
    with pytest.raises(InvalidArgsError, match=rf"router\.replicas: {limit} 100"):
        settings(router={"replicas": 1_000_000})
    with pytest.raises(InvalidArgsError, match=rf"api_keys\[0\]\.generations\[0\]: {limit}"):
        settings(api_keys=[{"name": "a", "generations": [10**30]}])
    with pytest.raises(InvalidArgsError, match=f"max_num_seqs: {limit} 65536"):
        engine(max_num_seqs=10**9)


def test_a_route_is_listed_once() -> None:
    with pytest.raises(InvalidArgsError, match="routes: /v1/completions stands there more than"):
        settings(routes=("/v1/completions", "/v1/completions"))


def test_a_service_without_gpu_has_no_share_of_one() -> None:
    shared = engine(cpu_kv_cache_gib=1, gpu_memory_utilization=0.5)
    with pytest.raises(InvalidArgsError, match=r"engine\.gpu_memory_utilization: there is no GPU"):
        settings(gpus=0, engine=shared)


def test_a_wrong_key_is_one_fault_and_no_missing_key_besides() -> None:
    with pytest.raises(InvalidArgsError) as refused:
        settings(api_keys=[{"name": "t\u00ebam"}])
    (_, line) = str(refused.value).splitlines()
    assert line.startswith("  api_keys[0].name: ")


def test_a_word_that_yaml_takes_for_a_truth_is_to_be_quoted() -> None:
    with pytest.raises(InvalidArgsError, match=r"router\.mode: .*'off'; YAML reads .* quote the"):
        settings(router={"mode": False})
