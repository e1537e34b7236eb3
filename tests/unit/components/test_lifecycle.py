"""Start, probes and drain as arithmetic."""

from typing import Any

from hoheit._lifecycle import (
    PROBE_PERIOD_SECONDS,
    Drain,
    liveness_probe,
    readiness_probe,
    startup_probe,
)
from hypothesis import given
from hypothesis import strategies as st

seconds = st.integers(min_value=1, max_value=86_400)


@given(seconds)
def test_the_grace_period_covers_endpoint_removal_longest_request_and_margin(request: int) -> None:
    drain = Drain(request_seconds=request)
    waited = drain.endpoint_removal_seconds + request + drain.margin_seconds
    assert drain.grace_period_seconds == waited
    assert drain.grace_period_seconds > drain.endpoint_removal_seconds + request


@given(seconds)
def test_the_startup_probe_gives_the_whole_budget_and_not_one_period_more(budget: int) -> None:
    probe: Any = startup_probe("/ready", 8082, budget)
    given_seconds = probe["period_seconds"] * probe["failure_threshold"]
    assert budget <= given_seconds < budget + PROBE_PERIOD_SECONDS


def test_a_pod_leaves_its_service_within_ten_seconds_and_is_restarted_after_a_minute() -> None:
    ready: Any = readiness_probe("/ready", 8082)
    live: Any = liveness_probe("/live", 8082)
    assert ready["period_seconds"] * ready["failure_threshold"] == 10
    assert live["period_seconds"] * live["failure_threshold"] == 60


def test_no_probe_may_take_longer_than_its_period() -> None:
    probes: Any = (startup_probe("/", 1, 60), readiness_probe("/", 1), liveness_probe("/", 1))
    for probe in probes:
        assert probe["timeout_seconds"] <= probe["period_seconds"]
