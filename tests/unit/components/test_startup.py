"""How long a start may take, by bytes and bandwidth."""

from typing import Any

import pytest
from hoheit._startup import DEFAULT_BUDGET_SECONDS, Startup
from hypothesis import given
from hypothesis import strategies as st


def startup(**changes: Any) -> Startup:
    values: dict[str, Any] = {
        "weights_gib": 4.0,
        "read_mib_per_second": 128,
        "copy_mib_per_second": 64,
    }
    return Startup(**{**values, **changes})


sizes = st.floats(min_value=0.1, max_value=2000)
speeds = st.integers(min_value=10, max_value=10_000)


def test_the_slowest_published_start_of_a_small_model_is_covered() -> None:
    """Mistral-7B AWQ on an L4: 60.55 s load, 12.98 s compile, 26 s capture (vLLM 0.14.1)."""
    assert startup(weights_gib=3.96).needed_seconds > 60.55 + 12.98 + 26


def test_reading_takes_what_bytes_and_bandwidth_say() -> None:
    slow, fast = startup(read_mib_per_second=128), startup(read_mib_per_second=4096)
    assert slow.needed_seconds - fast.needed_seconds == 4 * 1024 // 128 - 1


def test_copying_counts_before_the_probe_and_not_within_it() -> None:
    copied, mounted = startup(), startup(copy_mib_per_second=None)
    assert copied.needed_seconds == mounted.needed_seconds
    assert (copied.copy_seconds, mounted.copy_seconds) == (64, 0)
    assert copied.rollout_seconds(600) - mounted.rollout_seconds(600) == 64


def test_adapters_add_a_capture_and_a_first_request_each() -> None:
    with_two = startup(lora=True, model_names=3)
    assert with_two.needed_seconds - startup().needed_seconds == 26 + 2 * 10


def test_the_budget_is_the_default_as_long_as_that_is_enough() -> None:
    assert startup().budget_seconds(None) == DEFAULT_BUDGET_SECONDS


def test_the_budget_grows_with_a_model_that_takes_longer() -> None:
    large = startup(weights_gib=700, read_mib_per_second=125)
    assert large.needed_seconds > DEFAULT_BUDGET_SECONDS
    assert large.budget_seconds(None) == large.needed_seconds


def test_a_given_budget_is_taken_from_the_needed_seconds_on() -> None:
    needed = startup().needed_seconds
    assert startup().budget_seconds(needed) == needed
    with pytest.raises(
        ValueError, match=rf"^startup_budget_seconds: {needed - 1}, but .* {needed}"
    ):
        startup().budget_seconds(needed - 1)


def test_a_refused_budget_shows_the_calculation_and_the_way_out() -> None:
    with pytest.raises(ValueError, match="startup_budget_seconds") as refused:
        startup().budget_seconds(60)
    assert "read 4 GiB at 128 MiB/s 32 s" in str(refused.value)
    assert "weights_read_mib_per_second" in str(refused.value)
    assert "adapters" not in str(refused.value)


@given(sizes, speeds, speeds)
def test_a_rollout_has_room_for_the_copy_and_the_whole_budget(
    gib: float, read: int, copy: int
) -> None:
    one = startup(weights_gib=gib, read_mib_per_second=read, copy_mib_per_second=copy)
    budget = one.budget_seconds(None)
    assert budget >= one.needed_seconds
    assert one.rollout_seconds(budget) > one.from_nothing_seconds
    assert one.rollout_seconds(budget) > budget + one.copy_seconds
