"""Objectives that the engine's histograms can tell, and those that they cannot."""

from typing import Any

import pytest
from hoheit import InvalidArgsError, Objectives
from hoheit._monitoring.objective_rules import objective_group
from hoheit._monitoring.rules import Alert
from hoheit._slo import check_objectives, latencies
from hoheit_facts import ENGINE, HISTOGRAMS, bucket_boundaries
from support.samples import scrape_target
from unit.components.monitoring.promql import base_series, kept_labels

TTFT = "vllm:time_to_first_token_seconds"
E2E = "vllm:e2e_request_latency_seconds"


def refusal(objectives: Objectives, version: str = ENGINE.version) -> str:
    with pytest.raises(ValueError, match=r"^objectives") as refused:
        check_objectives(objectives, ENGINE.name, version)
    return str(refused.value)


@pytest.mark.parametrize("known", HISTOGRAMS, ids=lambda known: known.version)
def test_every_boundary_of_every_known_version_can_be_an_objective(known: Any) -> None:
    for field, name in (("time_to_first_token_seconds", TTFT), ("end_to_end_seconds", E2E)):
        boundaries = bucket_boundaries(known.exporter, known.version, name)
        assert boundaries == tuple(sorted(set(boundaries)))
        for seconds in boundaries:
            check_objectives(Objectives(**{field: seconds}), known.exporter, known.version)


def test_the_boundaries_of_this_release_are_known() -> None:
    assert bucket_boundaries(ENGINE.name, ENGINE.version, TTFT)
    assert bucket_boundaries(ENGINE.name, ENGINE.version, E2E)


@pytest.mark.parametrize(
    ("field", "seconds", "neighbours"),
    [
        ("time_to_first_token_seconds", 1.2, "take 1 or 2.5"),
        ("time_to_first_token_seconds", 0.0005, "take 0.001"),
        ("time_to_first_token_seconds", 9999, "take 2560"),
        # A boundary of the other histogram.
        ("time_to_first_token_seconds", 2.0, "take 1 or 2.5"),
        ("end_to_end_seconds", 0.25, "take 0.3"),
        ("end_to_end_seconds", 12, "take 10 or 15"),
    ],
)
def test_a_latency_between_boundaries_is_refused_with_its_neighbours(
    field: str, seconds: float, neighbours: str
) -> None:
    text = refusal(Objectives(**{field: seconds}))
    assert text.startswith(f"objectives.{field}: {seconds:g} is no bucket boundary of vllm:")
    assert text.endswith(neighbours)


def test_a_version_whose_buckets_nobody_wrote_down_has_no_objectives() -> None:
    text = refusal(Objectives(time_to_first_token_seconds=1.0), "9.9.9")
    assert "in vllm 9.9.9 are not known" in text


def test_objectives_without_any_latency_are_refused() -> None:
    with pytest.raises(InvalidArgsError, match="time_to_first_token_seconds: give this, or"):
        Objectives(ratio=0.99)


def test_no_error_budget_is_so_large_that_its_alert_could_never_fire() -> None:
    smallest = Objectives.model_json_schema()["properties"]["ratio"]["minimum"]
    assert 14.4 * (1 - smallest) < 1
    with pytest.raises(InvalidArgsError, match="ratio: Input should be greater than or equal to"):
        Objectives(end_to_end_seconds=10, ratio=0.9)


def alerts(objectives: Objectives | None) -> list[Alert]:
    group = objective_group([scrape_target(objectives=objectives)])
    return [rule for rule in group.rules if isinstance(rule, Alert)]


def test_a_target_without_objectives_has_no_alert_on_them() -> None:
    assert alerts(None) == []


def test_each_latency_is_watched_fast_and_slowly_under_its_own_name() -> None:
    both = Objectives(time_to_first_token_seconds=1, end_to_end_seconds=10)
    assert {(one.name, one.labels["objective"]) for one in alerts(both)} == {
        (name, about)
        for name in ("VllmObjectiveBurningFast", "VllmObjectiveBurningSlowly")
        for about in ("time_to_first_token", "end_to_end")
    }
    assert [one.name for one in latencies(both)] == ["time_to_first_token", "end_to_end"]


def test_an_alert_reads_the_bucket_at_the_objective_as_prometheus_writes_it() -> None:
    for one in alerts(Objectives(end_to_end_seconds=10)):
        assert 'le="10.0"' in one.expr
        assert base_series(one.expr, []) == {f"{E2E}_bucket", f"{E2E}_count"} == set(one.needs)


def test_two_services_never_mix_in_a_budget() -> None:
    for one in alerts(Objectives(time_to_first_token_seconds=1)):
        assert 'job="mistral"' in one.expr
        for kept in kept_labels(one.expr):
            assert {"namespace", "job", "model_name"} <= kept


@pytest.mark.parametrize(("ratio", "fast", "slow"), [(0.99, 0.144, 0.06), (0.95, 0.72, 0.3)])
def test_a_budget_burns_by_its_own_size(ratio: float, fast: float, slow: float) -> None:
    found = {one.name: one.expr for one in alerts(Objectives(end_to_end_seconds=10, ratio=ratio))}
    assert found["VllmObjectiveBurningFast"].count(f"> {fast})") == 2
    assert found["VllmObjectiveBurningSlowly"].count(f"> {slow})") == 2
