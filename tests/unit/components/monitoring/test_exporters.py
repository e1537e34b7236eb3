"""kube-state-metrics and the DCGM exporter: as much as is asked, and no more."""

from typing import Any

from hoheit import MonitoringSettings
from hoheit._monitoring.dcgm import COUNTERS, counters_csv, dcgm_exporter_pod
from hoheit._monitoring.kube_state_metrics import (
    WATCHED,
    kube_state_metrics_command,
    kube_state_metrics_pod,
    watch_rules,
)
from hoheit._monitoring.names import version_of
from hoheit._monitoring.rule_set import rules_for
from hoheit._monitoring.targets import gpu_target, server_targets
from hoheit_facts import IMAGES, known_series
from support.samples import images

TARGETS = [
    *server_targets("watch", "monitoring", images()),
    gpu_target("watch", "monitoring", images()),
]


def read_by_rules(prefix: str) -> set[str]:
    groups = rules_for(MonitoringSettings(), TARGETS)
    needed = {name for group in groups for rule in group.rules for name in rule.needs}
    return {name for name in needed if name.startswith(prefix)}


def test_kube_state_metrics_watches_what_rules_ask_about_and_has_rights_for_that() -> None:
    kinds = {name.split("_")[1] + "s" for name in read_by_rules("kube_")}
    assert kinds == set(WATCHED)
    rules: Any = watch_rules()
    assert {one for rule in rules for one in rule["resources"]} == kinds
    assert {tuple(rule["verbs"]) for rule in rules} == {("list", "watch")}


def test_kube_state_metrics_looks_into_the_namespaces_of_targets_only() -> None:
    command = kube_state_metrics_command(["models", "monitoring"])
    assert "--resources=deployments,pods,statefulsets" in command
    assert "--namespaces=models,monitoring" in command


def test_an_api_server_that_is_away_does_not_restart_kube_state_metrics() -> None:
    pod: Any = kube_state_metrics_pod(images(), ["models"], account="account")
    (container,) = pod["containers"]
    assert container["liveness_probe"]["http_get"]["path"] == "/healthz"


def test_the_exporter_reads_every_counter_that_rules_ask_for() -> None:
    assert read_by_rules("DCGM_") <= COUNTERS.keys()
    assert COUNTERS.keys() <= known_series("dcgm-exporter", TARGETS[-1].exporter_version)


def test_no_counter_needs_a_privilege() -> None:
    assert not [name for name in COUNTERS if "_PROF_" in name]


def test_the_counter_file_has_three_columns() -> None:
    lines = counters_csv().splitlines()
    assert len(lines) == len(COUNTERS)
    for line in lines:
        name, kind, meaning = line.split(", ")
        assert name in COUNTERS
        assert kind in ("gauge", "counter")
        assert meaning


def test_the_exporter_goes_where_the_pool_says_and_takes_no_gpu() -> None:
    pod: Any = dcgm_exporter_pod(
        images(),
        account="account",
        counters="counters",
        node_selector={"pool": "l4"},
        tolerations=[{"key": "nvidia.com/gpu", "operator": "Exists"}],
        runtime_class="nvidia",
    )
    assert pod["node_selector"] == {"pool": "l4"}
    assert pod["tolerations"] == [{"key": "nvidia.com/gpu", "operator": "Exists"}]
    assert pod["runtime_class_name"] == "nvidia"
    (container,) = pod["containers"]
    assert "nvidia.com/gpu" not in str(container["resources"])
    assert not [volume for volume in pod["volumes"] if "host_path" in volume]


def test_the_version_of_an_exporter_is_that_of_its_image() -> None:
    assert version_of("docker.io/prom/prometheus:v3.15.1") == "3.15.1"
    assert version_of("r.example/x:4.5.3-4.8.2-distroless@sha256:" + "ab" * 32) == "4.5.3-4.8.2"
    assert version_of("r.example/x@sha256:" + "ab" * 32) is None


def test_the_metrics_of_every_catalogue_image_that_rules_ask_are_known() -> None:
    for exporter in ("prometheus", "alertmanager", "kube-state-metrics", "dcgm-exporter"):
        reference = IMAGES[exporter].reference
        assert reference
        assert known_series(exporter, version_of(reference)), exporter
