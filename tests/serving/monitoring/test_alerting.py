"""From an exporter to a receiver, through the real Prometheus and the real Alertmanager."""

from __future__ import annotations

import json
import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest
from hoheit import MonitoringSettings, ScrapeTarget
from hoheit._monitoring.rule_set import rules_for
from hoheit._monitoring.targets import gpu_target, server_targets
from serving.monitoring.doubles import DCGM, HAPROXY, VLLM, Double
from serving.monitoring.stack import (
    Server,
    alertmanager_server,
    discovered,
    eventually,
    prometheus_server,
)
from support.ports import free_ports
from support.samples import gateway_target, images, scrape_target, webhook

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from serving.monitoring.conftest import Programs

TOKEN = "a-token-of-the-gateway"
SETTINGS = MonitoringSettings(retention_days=3, retention_size_gib=2, volume_gib=4)
OWN, MANAGER = server_targets("watch", "monitoring", images())[:2]
TARGETS: list[ScrapeTarget] = [
    scrape_target(),
    gateway_target(auth_secret="gateway-token"),
    gpu_target("watch", "monitoring", images()),
    OWN,
    MANAGER,
]


@dataclass
class Stack:
    prometheus: Server
    manager: Server
    receiver: Double
    model: Double

    def value(self, query: str) -> list[dict[str, str]]:
        """Labels of every series that a query finds."""
        found = self.prometheus.api("query?query=" + query.replace("+", "%2B").replace(" ", "%20"))
        return [one["metric"] for one in found["result"]]


@pytest.fixture(scope="module")
def stack(programs: Programs, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    root = tmp_path_factory.mktemp("stack")
    pages = {"/metrics": VLLM, "/gateway/metrics": HAPROXY}
    model = Double(pages=pages, guarded={"/gateway/metrics": TOKEN})
    with model, Double(pages={"/metrics": DCGM}) as gpu, Double() as receiver:
        manager = alertmanager_server(programs.alertmanager, root / "manager", [webhook()])
        manager.place("receiver-on-call", "url", f"http://127.0.0.1:{receiver.port}/hook")
        wrong_port = {"__meta_kubernetes_pod_container_port_name": "api"}
        port = free_ports(1)[0]
        ended = {"__meta_kubernetes_pod_phase": "Succeeded"}
        found = [
            [
                discovered(TARGETS[0], model.port),
                discovered(TARGETS[0], 1, **wrong_port),
                discovered(TARGETS[0], 2, **ended),
            ],
            [discovered(TARGETS[1], model.port)],
            [discovered(TARGETS[2], gpu.port)],
            [discovered(OWN, port)],
            [discovered(MANAGER, manager.port)],
        ]
        server = prometheus_server(
            programs.prometheus,
            root / "prometheus",
            TARGETS,
            manager=f"127.0.0.1:{manager.port}",
            found=found,
            settings=SETTINGS,
            port=port,
        )
        server.place("token-1", "token", TOKEN)
        with manager.running(), server.running():
            yield Stack(server, manager, receiver, model)


def test_every_target_answers(stack: Stack) -> None:
    def all_up() -> bool:
        active = stack.prometheus.api("targets?state=active")["activeTargets"]
        return len(active) == len(TARGETS) and {one["health"] for one in active} == {"up"}

    eventually(all_up, lambda: stack.prometheus.text("/api/v1/targets?state=active"))


def test_another_port_and_a_pod_that_ended_are_left_out(stack: Stack) -> None:
    found = stack.prometheus.api("targets")
    urls = {one["scrapeUrl"] for one in found["activeTargets"]}
    assert f"http://127.0.0.1:{stack.model.port}/metrics" in urls
    assert not [url for url in urls if ":1/" in url or ":2/" in url]
    assert found["droppedTargetCounts"]["mistral/vllm"] == 2


def test_a_series_says_where_it_comes_from(stack: Stack) -> None:
    eventually(lambda: stack.value("vllm:num_requests_waiting"))
    (labels,) = stack.value("vllm:num_requests_waiting")
    assert labels == {
        "__name__": "vllm:num_requests_waiting",
        "namespace": "models",
        "pod": "mistral-0",
        "node": "gpu-1",
        "job": "mistral",
        "exporter": "vllm",
        "instance": f"127.0.0.1:{stack.model.port}",
        "model_name": "mistral",
        "engine": "0",
    }


def test_two_exporters_on_one_port_are_two_series(stack: Stack) -> None:
    eventually(lambda: len(stack.value('up{job="mistral"}')) == 2)
    assert {one["exporter"] for one in stack.value('up{job="mistral"}')} == {"vllm", "haproxy"}


def test_a_target_that_asks_for_a_token_gets_the_one_that_is_mounted(stack: Stack) -> None:
    eventually(lambda: stack.value("haproxy_process_uptime_seconds"))


def test_what_is_kept_is_limited_by_time_and_by_size(stack: Stack) -> None:
    found = stack.prometheus.api("status/runtimeinfo")
    assert found["storageRetention"] == "3d or 2GiB"


def test_nothing_can_be_deleted_or_stopped_from_the_network(stack: Stack) -> None:
    flags = stack.prometheus.api("status/flags")
    for name in ("lifecycle", "admin-api", "remote-write-receiver"):
        assert flags[f"web.enable-{name}"] == "false"


def test_every_rule_is_evaluated_without_an_error(stack: Stack) -> None:
    def evaluated() -> list[dict[str, Any]]:
        groups = stack.prometheus.api("rules")["groups"]
        return [rule for group in groups for rule in group["rules"]]

    eventually(
        lambda: all(rule["health"] == "ok" for rule in evaluated()), lambda: str(evaluated())
    )
    expected = {rule.name for group in rules_for(SETTINGS, TARGETS) for rule in group.rules}
    assert {rule["name"] for rule in evaluated()} == expected


def test_rules_about_the_stack_read_series_that_the_programs_really_have(stack: Stack) -> None:
    about = {"prometheus": stack.prometheus, "alertmanager": stack.manager}
    for group in rules_for(SETTINGS, TARGETS):
        if group.exporter in about:
            exposed = about[group.exporter].text("/metrics")
            for rule in group.rules:
                assert all(f"\n{name}" in exposed for name in rule.needs), rule.name


def test_an_alert_reaches_the_receiver_with_all_that_it_needs_to_say(stack: Stack) -> None:
    def told() -> list[dict[str, Any]]:
        return [
            alert
            for message in stack.receiver.received
            for alert in message["alerts"]
            if alert["labels"]["alertname"] == "GpuXidError"
        ]

    eventually(told, seconds=60)
    alert = told()[0]
    assert alert["status"] == "firing"
    labels = {"cluster": "lab", "severity": "warning", "node": "gpu-1", "gpu": "0"}
    assert labels.items() <= alert["labels"].items()
    assert alert["annotations"]["summary"] == "GPU 0 of gpu-1 reported XID 79"
    assert alert["annotations"]["action"]


QUEUE = {"namespace": "models", "job": "mistral", "model_name": "m"}
CRITICAL = {
    "a queue": {"alertname": "VllmQueueTooLong", **QUEUE},
    "a queue of nobody": {"alertname": "VllmQueueTooLong"},
    "a pod": {"alertname": "TargetDown", "pod": "mistral-0", **QUEUE},
    "a GPU": {"alertname": "GpuRowRemapFailed", "node": "gpu-1", "gpu": "0"},
}
MUTED = {"the same queue": {"alertname": "VllmRequestsWaiting", **QUEUE}}
UNRELATED = {
    "a queue of nobody": {"alertname": "VllmRequestsWaiting"},
    "another service's queue": {"alertname": "VllmRequestsWaiting", **QUEUE, "job": "llama"},
    "another model's queue": {"alertname": "VllmRequestsWaiting", **QUEUE, "model_name": "n"},
    "the same service's cache": {"alertname": "VllmKvCacheNearlyFull", **QUEUE, "pod": "m-1"},
    "another GPU": {"alertname": "GpuXidError", "node": "gpu-2", "gpu": "0"},
    "a pod": {"alertname": "PodNotScheduled", "namespace": "models", "pod": "m-2"},
}


def test_a_critical_alert_mutes_the_warning_of_the_same_queue_and_no_other(
    programs: Programs, tmp_path: Path
) -> None:
    with Double() as receiver:
        manager = alertmanager_server(programs.alertmanager, tmp_path, [webhook()])
        manager.place("receiver-on-call", "url", f"http://127.0.0.1:{receiver.port}/hook")
        with manager.running():
            raised = [
                *(one | {"severity": "critical"} for one in CRITICAL.values()),
                *(one | {"severity": "warning"} for one in (MUTED | UNRELATED).values()),
            ]
            for labels in raised:
                pairs = [f"{name}={value}" for name, value in labels.items()]
                url = f"--alertmanager.url=http://127.0.0.1:{manager.port}"
                subprocess.run([programs.amtool, "alert", "add", *pairs, url], check=True)

            def those(state: str) -> list[dict[str, str]]:
                found = json.loads(manager.text("/api/v2/alerts"))
                return [one["labels"] for one in found if one["status"]["state"] == state]

            def told() -> list[dict[str, str]]:
                return [one["labels"] for post in receiver.received for one in post["alerts"]]

            (muted,) = (one | {"severity": "warning"} for one in MUTED.values())
            out = [labels for labels in raised if labels != muted]
            eventually(lambda: all(labels in told() for labels in out), lambda: str(told()))
            assert those("suppressed") == [muted]
            assert muted not in told()
