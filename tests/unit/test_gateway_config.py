"""The gateway's configuration as text."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hoheit._gateway import API_PORT, HEALTH_PORT, METRICS_PORT, gateway_config

GOLDEN = Path(__file__).with_name("gateway_config.cfg")
GOOD: dict[str, Any] = {
    "served_model_name": "mistral-7b",
    "allowed_paths": ["/v1/chat/completions", "/v1/completions"],
    "request_timeout_seconds": 300,
    "max_body_bytes": 10_000_000,
}


def test_the_rendered_file_is_the_reviewed_one() -> None:
    """Where a change is wanted, write it into the golden file and have it reviewed there."""
    assert gateway_config(**GOOD) == GOLDEN.read_text()


def test_the_same_input_in_another_order_gives_the_same_file() -> None:
    paths = ["/v1/completions", "/v1/models", "/v1/chat/completions", "/v1/completions"]

    assert gateway_config(**{**GOOD, "allowed_paths": paths}) == gateway_config(**GOOD)


def test_the_three_ports_and_no_others_are_bound() -> None:
    bound = [line for line in gateway_config(**GOOD).splitlines() if line.startswith("    bind")]

    ports = (API_PORT, HEALTH_PORT, METRICS_PORT)
    assert bound == [f"    bind :{port} proto h1" for port in ports]


def test_a_name_is_matched_literally_in_the_readiness_check() -> None:
    rendered = gateway_config(**{**GOOD, "served_model_name": "TheBloke/M.7B+x"})

    assert r"""'"id" *: *"TheBloke/M\.7B\+x"'""" in rendered


@pytest.mark.parametrize(
    ("field", "value", "complaint"),
    [
        ("served_model_name", "", "served model name ''"),
        ("served_model_name", "a b", "served model name 'a b'"),
        ("served_model_name", "x'\n    bind :9", "allowed are letters"),
        ("served_model_name", 'x"', "allowed are letters"),
        ("served_model_name", "x\n", "allowed are letters"),
        ("allowed_paths", [], "allowed paths: none besides /v1/models"),
        ("allowed_paths", ["/v1/models"], "allowed paths: none besides /v1/models"),
        ("allowed_paths", ["/v1/completions", "v1/x"], "allowed path 'v1/x'"),
        ("allowed_paths", ["/v1//x"], "allowed path '/v1//x'"),
        ("allowed_paths", ["/v1/../x"], "allowed path"),
        ("allowed_paths", ["/v1/%2e"], "allowed path"),
        ("allowed_paths", ["/v1/x y"], "allowed path"),
        ("allowed_paths", ["/v1/x\n"], "allowed path"),
        ("allowed_paths", ["/"], "allowed path '/'"),
        ("request_timeout_seconds", 0, "request timeout of 0 s"),
        ("max_body_bytes", 0, "at most 0 bytes"),
    ],
)
def test_what_the_file_cannot_carry_is_refused(field: str, value: object, complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        gateway_config(**{**GOOD, field: value})
