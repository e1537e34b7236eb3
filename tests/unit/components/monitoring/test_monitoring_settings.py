"""What a monitoring stack is told, and what it refuses."""

from typing import Any

import pytest
from hoheit import InvalidArgsError, MonitoringSettings
from hypothesis import given
from hypothesis import strategies as st
from support.samples import webhook

OPERATOR: dict[str, Any] = {
    "labels": {"release": "kube-prometheus-stack"},
    "prometheus": {"namespace": "observability"},
}


def refusal(**fields: Any) -> str:
    with pytest.raises(InvalidArgsError) as refused:
        MonitoringSettings(**fields)
    return str(refused.value)


@given(st.integers(min_value=1, max_value=2000), st.integers(min_value=2, max_value=2000))
def test_what_is_retained_takes_at_most_four_fifths_of_the_volume(kept: int, volume: int) -> None:
    if kept * 5 <= volume * 4:
        assert MonitoringSettings(retention_size_gib=kept, volume_gib=volume)
    else:
        assert "retention_size_gib" in refusal(retention_size_gib=kept, volume_gib=volume)


@given(st.integers(min_value=3, max_value=2000))
def test_the_volume_that_a_refusal_proposes_is_accepted_and_no_smaller_one_is(kept: int) -> None:
    said = refusal(retention_size_gib=kept, volume_gib=2)
    proposed = int(said.rsplit("volume_gib: ", 1)[1])
    assert MonitoringSettings(retention_size_gib=kept, volume_gib=proposed)
    assert refusal(retention_size_gib=kept, volume_gib=proposed - 1)


def test_a_retention_that_does_not_fit_names_both_ways_out() -> None:
    assert refusal(retention_size_gib=60).splitlines()[1] == (
        "  retention_size_gib: 60 GiB do not fit on a volume of 50 GiB beside its write-ahead log; "
        "keep at most 40 GiB, or set volume_gib: 75"
    )


def test_the_defaults_are_those_of_the_article() -> None:
    thresholds = MonitoringSettings().thresholds
    assert (thresholds.requests_waiting, thresholds.requests_waiting_critical) == (5, 10)
    assert thresholds.kv_cache_ratio == 0.9
    assert thresholds.time_to_first_token_seconds == 2.0
    assert thresholds.success_ratio == 0.9


@pytest.mark.parametrize("ratio", ["kv_cache_ratio", "success_ratio", "volume_ratio"])
@pytest.mark.parametrize("percent", [80, 90])
def test_a_ratio_in_percent_is_refused(ratio: str, percent: int) -> None:
    assert f"thresholds.{ratio}: " in refusal(thresholds={ratio: percent})


def test_a_critical_queue_is_never_shorter_than_the_one_that_warns() -> None:
    said = refusal(thresholds={"requests_waiting": 20})
    assert "thresholds.requests_waiting_critical: 10 is below requests_waiting (20)" in said


def test_two_receivers_of_one_name_are_refused() -> None:
    said = refusal(receivers=(webhook(), webhook()))
    assert "receivers[1].name: 'on-call' is taken" in said


def test_the_address_of_a_receiver_is_no_plain_field() -> None:
    with pytest.raises(InvalidArgsError, match="url: unknown field"):
        webhook(url="https://alerts.example.internal/token")
    with pytest.raises(InvalidArgsError, match="url_secret") as refused:
        webhook(url_secret="https://alerts.example.internal/hook-9f3a")
    assert "9f3a" not in str(refused.value)


def test_a_client_has_no_port_of_its_own() -> None:
    said = refusal(clients=({"namespace": "apps"}, {"namespace": "web", "port": 3000}))
    assert "clients[1].port: leave it out" in said


def test_operator_mode_needs_to_know_the_operator() -> None:
    assert "operator: required with mode: operator" in refusal(mode="operator")
    assert MonitoringSettings(mode="operator", operator=OPERATOR)


def test_an_operator_without_its_mode_is_refused() -> None:
    assert "operator: goes with mode: operator" in refusal(operator=OPERATOR)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("receivers", (webhook(),)),
        ("clients", ({"namespace": "apps"},)),
        ("retention_days", 7),
        ("volume_gib", 200),
        ("on_destroy", "delete"),
    ],
)
def test_what_the_operator_decides_itself_is_refused_in_operator_mode(
    field: str, value: Any
) -> None:
    said = refusal(mode="operator", operator=OPERATOR, **{field: value})
    assert f"{field}: the operator's own Prometheus, Alertmanager and Grafana decide" in said


@pytest.mark.parametrize(
    ("peer", "said"),
    [
        ({"cidrs": ["10.0.0.0/8"]}, "operator.prometheus.namespace: name the pods"),
        ({"namespace": "observability", "port": 9090}, "operator.prometheus.port: leave it out"),
    ],
)
def test_the_operators_prometheus_is_named_by_its_pods(peer: dict[str, Any], said: str) -> None:
    assert said in refusal(mode="operator", operator={**OPERATOR, "prometheus": peer})


def test_an_image_that_is_left_out_is_needed_by_nobody() -> None:
    settings = MonitoringSettings(leave_out=("grafana", "kube-state-metrics"))
    assert settings.image_fields_for(gpus=True) == ("prometheus", "alertmanager", "dcgm_exporter")
    settings = MonitoringSettings(leave_out=("dcgm-exporter",))
    assert "dcgm_exporter" not in settings.image_fields_for(gpus=True)


def test_what_nobody_can_do_without_cannot_be_left_out() -> None:
    said = refusal(leave_out=("prometheus",))
    assert "leave_out[0]: " in said
    assert "'grafana', 'kube-state-metrics' or 'dcgm-exporter'" in said


def test_clients_of_a_grafana_that_is_left_out_are_refused() -> None:
    said = refusal(leave_out=("grafana",), clients=({"namespace": "apps"},))
    assert "clients: they may open Grafana, and leave_out names it" in said


@pytest.mark.parametrize("program", ["grafana", "kube-state-metrics"])
def test_programs_of_the_operator_cannot_be_left_out(program: str) -> None:
    said = refusal(mode="operator", operator=OPERATOR, leave_out=(program,))
    assert f"leave_out: {program} is the operator's own" in said


def test_exporters_on_gpus_can_be_left_to_the_operators_cluster() -> None:
    left = MonitoringSettings(mode="operator", operator=OPERATOR, leave_out=("dcgm-exporter",))
    assert left.image_fields_for(gpus=True) == ()
