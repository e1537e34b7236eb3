"""The configuration of Prometheus, as data."""

import json
import re
from typing import Any

from hoheit import MonitoringSettings, ScrapeTarget
from hoheit._monitoring.prometheus import (
    PROMETHEUS_COMMAND,
    prometheus_config,
    prometheus_pod,
    scrape_config,
)
from hypothesis import given
from hypothesis import strategies as st
from support.samples import gateway_target, images, scrape_target

LABEL_VALUE = st.from_regex(r"[A-Za-z0-9]([-A-Za-z0-9_.]{0,10}[A-Za-z0-9])?", fullmatch=True)
LABEL_NAME = st.from_regex(r"([a-z]{1,8}\.[a-z]{2,3}/)?[A-Za-z0-9]([-A-Za-z0-9_.]{0,8}[a-z])?")


def config(*targets: ScrapeTarget, **settings: Any) -> dict[str, Any]:
    text = prometheus_config(
        MonitoringSettings(**settings), targets, cluster="lab", alertmanager="alerts:9093"
    )
    return json.loads(text)


def test_samples_are_deleted_by_age_and_by_size() -> None:
    found = config(retention_days=14, retention_size_gib=20)
    assert found["storage"]["tsdb"]["retention"] == {"time": "14d", "size": "20GB"}


def test_nothing_is_sent_to_another_database() -> None:
    found = config(scrape_target())
    assert not [key for key in found if key.startswith("remote")]
    assert not [flag for flag in PROMETHEUS_COMMAND if "enable" in flag]


def test_every_target_is_a_job_limited_to_its_namespace() -> None:
    jobs = config(scrape_target(), gateway_target(), scrape_target(job="llama", namespace="two"))
    found = {
        job["job_name"]: job["kubernetes_sd_configs"][0]["namespaces"]["names"]
        for job in jobs["scrape_configs"]
    }
    assert found == {
        "mistral/vllm": ["models"],
        "mistral/haproxy": ["models"],
        "llama/vllm": ["two"],
    }


@given(st.integers(min_value=2, max_value=300), st.data())
def test_interval_timeout_path_and_scheme_are_the_targets(interval: int, data: Any) -> None:
    timeout = data.draw(st.integers(min_value=1, max_value=interval - 1))
    target = scrape_target(
        interval_seconds=interval, timeout_seconds=timeout, path="/m", scheme="https"
    )
    found = scrape_config(target, "token-0")
    assert (found["scrape_interval"], found["scrape_timeout"]) == (f"{interval}s", f"{timeout}s")
    assert (found["metrics_path"], found["scheme"]) == ("/m", "https")


def relabelled(target: ScrapeTarget, pod: dict[str, str]) -> dict[str, str] | None:
    """What Prometheus makes of a pod: its labels, or None where it is dropped."""
    labels = dict(pod)
    for step in scrape_config(target, "token-0")["relabel_configs"]:
        value = labels.get(step["source_labels"][0], "") if "source_labels" in step else ""
        matches = re.fullmatch(step.get("regex", ".*"), value) is not None
        if step["action"] == "replace":
            labels[step["target_label"]] = step.get("replacement", value)
        elif matches != (step["action"] == "keep"):
            return None
    return {name: text for name, text in labels.items() if not name.startswith("__")}


def discovered(target: ScrapeTarget, **changes: str) -> dict[str, str]:
    """What Prometheus finds out about a pod of a target, before relabelling."""
    meta = {
        f"__meta_kubernetes_pod_label_{re.sub(r'[^a-zA-Z0-9_]', '_', name)}": value
        for name, value in target.selector.items()
    }
    return {
        **meta,
        "__meta_kubernetes_namespace": "models",
        "__meta_kubernetes_pod_name": "mistral-server-1",
        "__meta_kubernetes_pod_node_name": "gpu-1",
        "__meta_kubernetes_pod_phase": "Running",
        "__meta_kubernetes_pod_container_port_name": target.port_name,
        **changes,
    }


@given(st.dictionaries(LABEL_NAME, LABEL_VALUE, min_size=1, max_size=4))
def test_a_pod_with_the_labels_of_the_target_is_kept_whatever_they_are(
    selector: dict[str, str],
) -> None:
    sanitized = {re.sub(r"[^a-zA-Z0-9_]", "_", name) for name in selector}
    target = scrape_target(selector=selector)
    if len(sanitized) == len(selector):
        assert relabelled(target, discovered(target)) is not None


def test_the_labels_say_where_a_series_comes_from() -> None:
    assert relabelled(scrape_target(), discovered(scrape_target())) == {
        "namespace": "models",
        "pod": "mistral-server-1",
        "node": "gpu-1",
        "job": "mistral",
        "exporter": "vllm",
    }


def test_two_exporters_on_one_port_differ_in_a_label() -> None:
    engine, gateway = scrape_target(), gateway_target()
    assert relabelled(engine, discovered(engine)) != relabelled(gateway, discovered(gateway))


def test_another_port_another_label_and_a_pod_that_ended_are_dropped() -> None:
    target = scrape_target()
    for changed in (
        {"__meta_kubernetes_pod_container_port_name": "api"},
        {"__meta_kubernetes_pod_container_port_name": "metrics2"},
        {"__meta_kubernetes_pod_label_app_kubernetes_io_instance": "mistral2"},
        {"__meta_kubernetes_pod_phase": "Succeeded"},
        {"__meta_kubernetes_pod_phase": "Failed"},
    ):
        assert relabelled(target, discovered(target, **changed)) is None


def test_a_dot_in_a_label_stands_for_itself() -> None:
    target = scrape_target(selector={"app": "v1.2"})
    assert relabelled(target, discovered(target)) is not None
    other = discovered(target, __meta_kubernetes_pod_label_app="v1x2")
    assert relabelled(target, other) is None


def test_only_exporters_that_tell_of_others_keep_their_own_labels() -> None:
    state = scrape_target(exporter="kube-state-metrics", exporter_version="2.20.0")
    assert scrape_config(state, "token-0")["honor_labels"] is True
    assert scrape_config(scrape_target(), "token-0")["honor_labels"] is False


def test_the_bearer_token_is_read_from_the_file_that_the_pod_mounts() -> None:
    targets = [scrape_target(), gateway_target(auth_secret="gateway-token")]
    jobs = config(*targets)["scrape_configs"]
    assert "authorization" not in jobs[0]
    file = jobs[1]["authorization"]["credentials_file"]
    pod: Any = prometheus_pod(
        MonitoringSettings(),
        images(),
        targets,
        account="account",
        config="config",
        rules="rules",
        claim="claim",
    )
    mounts = {one["mount_path"]: one["name"] for one in pod["containers"][0]["volume_mounts"]}
    volumes = {one["name"]: one for one in pod["volumes"]}
    directory, _, key = file.rpartition("/")
    assert volumes[mounts[directory]]["secret"]["secret_name"] == "gateway-token"
    assert key == "token"
