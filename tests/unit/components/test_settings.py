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
    with pytest.raises(InvalidArgsError, match="routes: Tuple should have at least 1 item"):
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
