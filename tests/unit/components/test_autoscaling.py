"""Scaling by the queue, in plain data: who scales, by which query, with which bounds."""

from typing import Any

import promql_parser
import pytest
from hoheit import Autoscaling, Capabilities, InvalidArgsError
from hoheit._autoscaling import (
    ARRIVALS_SERIES,
    QUEUE_SERIES,
    Scaler,
    awake_query,
    pod_autoscaler,
    running_query,
    scaled_object,
    scaler_for,
    waiting_query,
)
from hoheit._gateway_sections import api_section
from hoheit_facts import ENGINE, known_series
from unit.components.monitoring.promql import filters, series

KEDA = Capabilities.model_validate({"keda": {"namespace": "keda"}})
ADAPTER = Capabilities(requests_waiting_metric="vllm_num_requests_waiting")
NOBODY = Capabilities()


def autoscaling(**changes: Any) -> Autoscaling:
    given: dict[str, Any] = {"max_replicas": 4, "prometheus_url": "http://prometheus:9090"}
    return Autoscaling(**{**given, **changes})


def rendered(settings: Autoscaling) -> dict[str, Any]:
    return scaled_object(
        settings, deployment="server", waiting="w", running="r", awake="a", start_seconds=700
    )


def triggers(settings: Autoscaling) -> dict[str, dict[str, Any]]:
    return {one["name"]: one for one in rendered(settings)["triggers"]}


# Who scales


def test_keda_scales_where_the_cluster_states_it_and_an_adapter_only_without() -> None:
    both = KEDA.model_copy(update={"requests_waiting_metric": "x"})
    assert scaler_for(autoscaling(), KEDA, router=False) is Scaler.KEDA
    assert scaler_for(autoscaling(), both, router=False) is Scaler.KEDA
    assert scaler_for(autoscaling(), ADAPTER, router=False) is Scaler.HPA


@pytest.mark.parametrize(
    ("changes", "offered", "said"),
    [
        ({}, NOBODY, "autoscaling: the cluster states nobody who scales; install KEDA"),
        ({"min_replicas": 0}, ADAPTER, "autoscaling.min_replicas: 0 needs KEDA"),
        ({"min_replicas": 0}, KEDA, "autoscaling.min_replicas: 0 needs the router"),
        ({"prometheus_url": None}, KEDA, "autoscaling.prometheus_url: required"),
        ({"running_per_replica": 8}, ADAPTER, "autoscaling.running_per_replica: needs KEDA"),
    ],
)
def test_what_nobody_could_do_is_refused_with_the_way_out(
    changes: dict[str, Any], offered: Capabilities, said: str
) -> None:
    with pytest.raises(ValueError, match=r"^autoscaling") as refused:
        scaler_for(autoscaling(**changes), offered, router=False)
    assert str(refused.value).startswith(said)
    assert "; " in str(refused.value)


def test_zero_is_for_keda_with_the_router() -> None:
    assert scaler_for(autoscaling(min_replicas=0), KEDA, router=True) is Scaler.KEDA


@pytest.mark.parametrize("least", [4, 5])
def test_a_range_without_room_is_refused(least: int) -> None:
    with pytest.raises(InvalidArgsError, match=r"max_replicas: 4 is not above min_replicas"):
        autoscaling(min_replicas=least)


@pytest.mark.parametrize(
    "url", ["prometheus:9090", "ftp://prometheus", "http://user:word@prometheus:9090", "http://"]
)
def test_an_address_that_is_none_or_holds_a_password_is_refused(url: str) -> None:
    with pytest.raises(InvalidArgsError, match="prometheus_url"):
        autoscaling(prometheus_url=url)


# By which query


def test_every_query_reads_what_this_release_exports_of_this_service_alone() -> None:
    settings = autoscaling(min_replicas=0)
    own = [waiting_query(settings, "models", "chat"), running_query(settings, "models", "chat")]
    for query in [*own, awake_query("models", "chat", "chat-router")]:
        promql_parser.parse(query)
        engine = {name for name in series(query) if name.startswith("vllm:")}
        assert engine
        assert engine <= known_series(ENGINE.name, ENGINE.version)
        assert all({"namespace", "job"} <= labels for labels in filters(query).values())
    assert set(QUEUE_SERIES) <= series(awake_query("models", "chat", "chat-router"))


def test_a_lost_target_is_no_empty_queue_unless_there_may_be_no_pod() -> None:
    kept, asleep = autoscaling(), autoscaling(min_replicas=0)
    assert "vector(0)" not in waiting_query(kept, "models", "chat")
    assert "vector(0)" in waiting_query(asleep, "models", "chat")
    for settings in (kept, asleep):
        for trigger in rendered(settings)["triggers"]:
            assert trigger["metadata"]["ignoreNullValues"] == "false"


def test_a_service_wakes_by_what_the_gateway_of_its_router_answers() -> None:
    query = awake_query("models", "chat", "chat-router")
    assert ARRIVALS_SERIES in query
    assert 'job="chat-router"' in query
    assert 'proxy="api"' in query
    assert api_section(["/v1/completions"], 1).startswith("frontend api\n")


def test_what_is_refused_for_want_of_a_key_wakes_nobody() -> None:
    assert 'code=~"2xx|5xx"' in awake_query("models", "chat", "chat-router")


# With which bounds


def test_the_queue_alone_scales_by_default() -> None:
    found = triggers(autoscaling())
    assert found.keys() == {"waiting"}
    assert found["waiting"]["metadata"]["threshold"] == "5"
    assert found["waiting"]["metricType"] == "AverageValue"


def test_running_requests_keep_replicas_where_somebody_says_how_many() -> None:
    assert triggers(autoscaling(running_per_replica=64))["running"]["metadata"] == {
        "serverAddress": "http://prometheus:9090",
        "query": "r",
        "threshold": "64",
        "ignoreNullValues": "false",
    }


def test_a_service_that_may_sleep_is_held_awake_by_one_replica_at_the_most() -> None:
    found = triggers(autoscaling(min_replicas=0))["awake"]["metadata"]
    # 0 or 1 against a threshold of 1: never more than one replica by this trigger.
    assert (found["query"], found["threshold"]) == ("a", "1")


def test_bounds_are_the_settings() -> None:
    spec = rendered(autoscaling(min_replicas=2, max_replicas=6))
    assert (spec["minReplicaCount"], spec["maxReplicaCount"]) == (2, 6)
    assert spec["scaleTargetRef"] == {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "name": "server",
    }


def test_a_replica_that_is_awake_has_time_to_start_before_it_sleeps_again() -> None:
    spec = rendered(autoscaling(min_replicas=0, cooldown_seconds=360))
    assert spec["initialCooldownPeriod"] == 700
    assert spec["cooldownPeriod"] == 700 + 360


@pytest.mark.parametrize(("least", "kept"), [(0, 1), (1, 1), (3, 3)])
def test_a_prometheus_that_is_gone_takes_no_replica_away(least: int, kept: int) -> None:
    fallback = rendered(autoscaling(min_replicas=least))["fallback"]
    assert fallback["replicas"] == kept
    assert fallback["behavior"] == "currentReplicasIfHigher"


@pytest.mark.parametrize(("cooldown", "period"), [(360, 360), (3600, 1800)])
def test_replicas_go_one_at_a_time_within_the_limits_of_kubernetes(
    cooldown: int, period: int
) -> None:
    settings = autoscaling(cooldown_seconds=cooldown)
    behaviour = rendered(settings)["advanced"]["horizontalPodAutoscalerConfig"]["behavior"]
    assert behaviour["scaleDown"] == {
        "stabilizationWindowSeconds": cooldown,
        "policies": [{"type": "Pods", "value": 1, "periodSeconds": period}],
    }


def test_kubernetes_own_autoscaler_has_the_same_bounds_and_the_metric_of_the_adapter() -> None:
    spec: Any = pod_autoscaler(autoscaling(min_replicas=2), deployment="server", metric="waiting")
    assert (spec["min_replicas"], spec["max_replicas"]) == (2, 4)
    (metric,) = spec["metrics"]
    assert metric["pods"]["metric"] == {"name": "waiting"}
    assert metric["pods"]["target"] == {"type": "AverageValue", "average_value": "5"}
    assert spec["behavior"]["scale_down"]["policies"][0]["value"] == 1
