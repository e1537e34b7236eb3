"""What a monitoring system is told."""

from typing import Any

import pytest
from hoheit import InvalidArgsError, ScrapeTarget
from hypothesis import given
from hypothesis import strategies as st


def target(**changes: object) -> ScrapeTarget:
    given_fields: dict[str, Any] = {
        "namespace": "models",
        "selector": {"app": "vllm"},
        "port_name": "metrics",
        "port": 8081,
        "job": "mistral",
        "exporter": "vllm",
        "exporter_version": "0.32.0",
    }
    return ScrapeTarget(**{**given_fields, **changes})


@given(st.integers(min_value=1, max_value=120), st.integers(min_value=1, max_value=120))
def test_a_scrape_has_to_end_before_the_next_one_begins(timeout: int, interval: int) -> None:
    if timeout < interval:
        assert target(timeout_seconds=timeout, interval_seconds=interval)
    else:
        with pytest.raises(InvalidArgsError, match=r"timeout_seconds .* must be below"):
            target(timeout_seconds=timeout, interval_seconds=interval)


def test_a_target_that_selects_every_pod_is_refused() -> None:
    with pytest.raises(InvalidArgsError, match="selector"):
        target(selector={})


@pytest.mark.parametrize("scheme", ["ftp", "https ", "HTTP"])
def test_the_scheme_is_http_or_https(scheme: str) -> None:
    with pytest.raises(InvalidArgsError, match="scheme"):
        target(scheme=scheme)
