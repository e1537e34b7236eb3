"""The gateway's configuration: what it has and what it must not have."""

import re

from hoheit._mlflow.gateway import CREDENTIALS_VARIABLE, gateway_config


def config(**changes: int) -> str:
    given = {"idle_timeout_seconds": 600, "drain_seconds": 60, "max_body_bytes": 5 * 1024**3}
    return gateway_config(**{**given, **changes})


def section(name: str) -> str:
    found = re.search(rf"^frontend {name}\n(.*?)^(?=\S)", config(), re.DOTALL | re.MULTILINE)
    assert found
    return found[1]


def test_each_number_has_its_place() -> None:
    text = config(idle_timeout_seconds=7, drain_seconds=8, max_body_bytes=9)
    assert "timeout client 7s" in text
    assert "timeout server 7s" in text
    assert "hard-stop-after 8s" in text
    assert "add(0) gt 9 }" in text


def test_only_the_metrics_port_has_a_login() -> None:
    assert CREDENTIALS_VARIABLE in section("metrics")
    assert "Authorization" not in section("api") + section("health")


def test_a_length_is_compared_with_64_bits() -> None:
    assert "hdr_val" not in re.sub("#.*", "", config())


def test_the_api_port_denies_metrics_before_anything_else() -> None:
    first = next(line for line in section("api").splitlines() if "http-request" in line)
    assert "url_dec" in first
    assert "status 404" in first
