"""A monitoring stack for a cluster that has a Prometheus Operator already."""

import json
from typing import Any

import pulumi
import pytest
from cloudcoil.models.prometheus_operator.v1 import PodMonitor, PrometheusRule
from hoheit import MonitoringStack
from pydantic import BaseModel
from support import components, samples
from support.manifests import manifest, manifests
from support.monitor import Monitor, run
from support.variants import operated_monitoring

KINDS: dict[str, type[BaseModel]] = {"PodMonitor": PodMonitor, "PrometheusRule": PrometheusRule}
LABEL = ("release", "kube-prometheus-stack")


def operated(**changes: Any) -> Monitor:
    operator = {"labels": dict([LABEL]), "prometheus": {"namespace": "observability"}}
    given = {"mode": "operator", "operator": operator, **changes}
    return run(lambda: components.monitoring(on=components.cluster(), **given))


def custom(monitor: Monitor) -> list[dict[str, Any]]:
    return [one for one in manifests(monitor) if one["kind"] in KINDS]


def test_every_object_is_what_the_operators_own_schema_allows() -> None:
    found = custom(run(operated_monitoring))
    assert {one["kind"] for one in found} == KINDS.keys()
    for one in found:
        kept = (
            KINDS[one["kind"]]
            .model_validate(one)
            .model_dump(mode="json", by_alias=True, exclude_none=True, exclude_unset=True)
        )
        # What the schema does not know would be dropped without a word.
        assert kept["spec"] == one["spec"]


def test_every_object_carries_what_the_operator_selects_by() -> None:
    for one in custom(operated()):
        assert LABEL in one["metadata"]["labels"].items()


def test_every_target_is_a_pod_monitor_in_the_words_of_the_target() -> None:
    monitor = operated(
        targets=(
            samples.scrape_target(interval_seconds=60, timeout_seconds=20),
            samples.gateway_target(auth_secret="gateway-token", scheme="https"),
        )
    )
    engine, gateway = [
        manifest(monitor.named(f"watch-mistral-{exporter}"))["spec"]
        for exporter in ("vllm", "haproxy")
    ]
    assert engine["namespaceSelector"] == {"matchNames": ["models"]}
    assert engine["selector"] == {"matchLabels": samples.scrape_target().selector}
    (endpoint,) = engine["podMetricsEndpoints"]
    assert (endpoint["port"], endpoint["path"]) == ("metrics", "/metrics")
    assert (endpoint["interval"], endpoint["scrapeTimeout"]) == ("60s", "20s")
    (other,) = gateway["podMetricsEndpoints"]
    assert (other["path"], other["scheme"]) == ("/gateway/metrics", "https")
    assert other["authorization"]["credentials"] == {"name": "gateway-token", "key": "token"}


def test_series_carry_the_same_labels_as_in_a_bundled_stack() -> None:
    spec = manifest(operated().named("watch-mistral-vllm"))["spec"]
    steps = spec["podMetricsEndpoints"][0]["relabelings"]
    assert {step["targetLabel"] for step in steps} == {
        *("namespace", "pod", "node", "job", "exporter")
    }


def test_rules_are_those_that_the_targets_can_feed() -> None:
    groups = manifest(operated().named("watch-rules"))["spec"]["groups"]
    assert [group["name"] for group in groups] == ["targets", "vllm"]


def test_dashboards_are_collected_by_their_label() -> None:
    found = [one for one in manifests(operated()) if one["kind"] == "ConfigMap"]
    assert len(found) == 2
    for one in found:
        assert one["metadata"]["labels"]["grafana_dashboard"] == "1"
        (page,) = [json.loads(text) for text in one["data"].values()]
        assert page["panels"]


def test_the_operators_prometheus_is_let_in_to_targets() -> None:
    policy = manifest(operated().named("watch-mistral-8081-scrape"))
    (peer,) = policy["spec"]["ingress"][0]["from"]
    assert peer["namespaceSelector"]["matchLabels"] == {
        "kubernetes.io/metadata.name": "observability"
    }


def test_no_program_runs_but_exporters_and_no_address_is_needed() -> None:
    kinds = {one["kind"] for one in manifests(run(operated_monitoring))}
    assert not kinds & {"StatefulSet", "PersistentVolumeClaim", "Role", "ClusterRole"}
    assert "DaemonSet" in kinds


def test_there_are_no_addresses_and_no_password() -> None:
    made: list[MonitoringStack] = []

    def program() -> None:
        operator = {"labels": dict([LABEL]), "prometheus": {"namespace": "observability"}}
        made.append(components.monitoring(mode="operator", operator=operator))

    monitor = run(program)
    (stack,) = made
    assert (stack.grafana_url, stack.prometheus_url, stack.alertmanager_url) == (None, None, None)
    assert stack.grafana_admin_secret is None
    assert not monitor.of_type("random:index/randomPassword:RandomPassword")


def test_what_the_operator_keeps_is_listed_as_unknown() -> None:
    (outputs,) = [found for urn, found in operated().outputs if "MonitoringStack::" in urn]
    (metrics,) = outputs["stores"]
    assert metrics["data_class"] == "metrics"
    assert metrics["location"]["country"]["source"]["kind"] == "unknown"


def test_operator_mode_without_an_operator_is_refused() -> None:
    with pytest.raises(pulumi.RunError, match="operator: required with mode: operator"):
        run(lambda: components.monitoring(mode="operator"))
