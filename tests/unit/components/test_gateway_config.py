"""The gateway's configuration as text."""

from __future__ import annotations

from typing import Any

import pytest
from hoheit._gateway import API_PORT, HEALTH_PORT, METRICS_PORT, gateway_config
from support.golden import golden

GOOD: dict[str, Any] = {
    "model_names": ["mistral-7b", "adapter-a"],
    "allowed_paths": ["/v1/chat/completions", "/v1/completions"],
    "idle_timeout_seconds": 300,
    "drain_seconds": 600,
    "max_body_bytes": 10_000_000,
}


def rendered_with(**changes: Any) -> str:
    return gateway_config(**{**GOOD, **changes})


def test_the_rendered_file_is_the_reviewed_one() -> None:
    golden("gateway_config.cfg", rendered_with())


def test_silence_and_drain_are_two_different_times() -> None:
    rendered = rendered_with(idle_timeout_seconds=7, drain_seconds=9)

    assert "timeout server 7s" in rendered
    assert "timeout client 7s" in rendered
    assert "hard-stop-after 9s" in rendered


def test_the_same_input_in_another_order_gives_the_same_file() -> None:
    paths = ["/v1/completions", "/v1/models", "/v1/chat/completions", "/v1/completions"]

    assert rendered_with(allowed_paths=paths) == rendered_with()


def test_the_three_ports_and_no_others_are_bound() -> None:
    bound = [line for line in rendered_with().splitlines() if line.startswith("    bind")]

    ports = (API_PORT, HEALTH_PORT, METRICS_PORT)
    assert bound == [f"    bind :{port} proto h1" for port in ports]


def test_a_name_is_matched_literally_in_the_readiness_check() -> None:
    rendered = rendered_with(model_names=["TheBloke/M.7B+x"])

    assert r"""'"id" *: *"TheBloke/M\.7B\+x"'""" in rendered


@pytest.mark.parametrize(
    ("field", "value", "complaint"),
    [
        ("model_names", [], "model names: none"),
        ("model_names", ["fine", ""], "model name ''"),
        ("model_names", ["a b"], "model name 'a b'"),
        ("model_names", ["x'\n    bind :9"], "allowed are letters"),
        ("model_names", ['x"'], "allowed are letters"),
        ("model_names", ["x\n"], "allowed are letters"),
        ("allowed_paths", [], "allowed paths: none besides /v1/models"),
        ("allowed_paths", ["/v1/models"], "allowed paths: none besides /v1/models"),
        ("allowed_paths", ["/v1/completions", "v1/x"], "allowed path 'v1/x'"),
        ("allowed_paths", ["/v1//x"], "allowed path '/v1//x'"),
        ("allowed_paths", ["/v1/../x"], "allowed path"),
        ("allowed_paths", ["/v1/%2e"], "allowed path"),
        ("allowed_paths", ["/v1/x y"], "allowed path"),
        ("allowed_paths", ["/v1/x\n"], "allowed path"),
        ("allowed_paths", ["/"], "allowed path '/'"),
        ("idle_timeout_seconds", 0, "idle timeout of 0 s"),
        ("drain_seconds", 0, "drain of 0 s"),
        ("max_body_bytes", 0, "at most 0 bytes"),
    ],
)
def test_what_the_file_cannot_carry_is_refused(field: str, value: Any, complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        rendered_with(**{field: value})
