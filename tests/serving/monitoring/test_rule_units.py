"""Every alert fires when it should and is silent when it should, by promtool's own evaluation."""

from __future__ import annotations

import json
import subprocess
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest
from hoheit import MonitoringSettings
from hoheit._monitoring.rule_set import rules_for
from hoheit._monitoring.rules import Alert, rules_file
from hoheit._monitoring.targets import gpu_target, server_targets
from support.samples import gateway_target, images, scrape_target

if TYPE_CHECKING:
    from pathlib import Path

    from serving.monitoring.conftest import Programs

SETTINGS = MonitoringSettings(kubelets={"cidrs": ["192.0.2.64/26"]})
TARGETS = [
    scrape_target(),
    gateway_target(),
    *server_targets("watch", "monitoring", images()),
    gpu_target("watch", "monitoring", images()),
]
GROUPS = rules_for(SETTINGS, TARGETS)
VLLM = 'namespace="models", job="mistral", exporter="vllm", pod="mistral-0", model_name="m"'
OTHER = VLLM.replace("mistral", "llama")
SELF = 'namespace="monitoring", job="prometheus", exporter="prometheus", pod="prometheus-0"'
MANAGER = SELF.replace("prometheus", "alertmanager")
GPU = 'job="dcgm-exporter", exporter="dcgm-exporter", node="gpu-1", gpu="0"'
POD = 'job="kube-state-metrics", exporter="kube-state-metrics", namespace="models", pod="mistral-0"'
KUBELET = 'job="kubelet", exporter="kubelet", node="node-1", instance="node-1"'
GIB = 2**30


@dataclass(frozen=True)
class Case:
    """Series as promtool writes them, and whether an alert fires at a time."""

    alert: str
    series: dict[str, str]
    minute: int
    fires: int = 0
    """How many times; every other alert is ignored."""
    about: dict[str, str] = field(default_factory=dict)
    """Labels that tell who it is about."""


def counted(name: str, labels: str, per_minute: int) -> dict[str, str]:
    return {f"{name}{{{labels}}}": f"0+{per_minute}x60"}


def first_tokens(fast: int, slow: int, labels: str = VLLM) -> dict[str, str]:
    """Requests of each minute that took less than a second, and those that took up to ten."""
    name = "vllm:time_to_first_token_seconds_bucket"
    return {
        **counted(name, f'{labels}, le="1.0"', fast),
        **counted(name, f'{labels}, le="2.5"', fast),
        **counted(name, f'{labels}, le="10.0"', fast + slow),
        **counted(name, f'{labels}, le="+Inf"', fast + slow),
    }


def finished(stop: int, error: int, labels: str = VLLM, bad: str = "error") -> dict[str, str]:
    name = "vllm:request_success_total"
    reasons = {"stop": stop, "length": 0, "abort": 0, "error": 0, bad: error}
    found: dict[str, str] = {}
    for reason, per_minute in reasons.items():
        found |= counted(name, f'{labels}, finished_reason="{reason}"', per_minute)
    return found


def waiting(count: int, labels: str = VLLM) -> dict[str, str]:
    return {f"vllm:num_requests_waiting{{{labels}}}": f"{count}x60"}


def stored(gib: float) -> dict[str, str]:
    return {
        f"prometheus_tsdb_storage_blocks_bytes{{{SELF}}}": f"{int((gib - 2) * GIB)}x60",
        f"prometheus_tsdb_wal_storage_size_bytes{{{SELF}}}": f"{GIB}x60",
        f"prometheus_tsdb_head_chunks_storage_size_bytes{{{SELF}}}": f"{GIB}x60",
    }


def replicas(wanted: int, available: int) -> dict[str, str]:
    labels = POD.replace('pod="mistral-0"', 'deployment="mistral-server"')
    return {
        f"kube_deployment_spec_replicas{{{labels}}}": f"{wanted}x60",
        f"kube_deployment_status_replicas_available{{{labels}}}": f"{available}x60",
    }


def stateful(wanted: int, ready: int) -> dict[str, str]:
    labels = POD.replace('pod="mistral-0"', 'statefulset="mlflow-database"')
    return {
        f"kube_statefulset_replicas{{{labels}}}": f"{wanted}x60",
        f"kube_statefulset_status_replicas_ready{{{labels}}}": f"{ready}x60",
    }


SPACE, INODES = "KubePersistentVolumeFillingUp", "KubePersistentVolumeInodesFillingUp"
SERIES = {
    SPACE: ("available_bytes", "used_bytes", "capacity_bytes"),
    INODES: ("inodes_free", "inodes_used", "inodes"),
}


def volume(
    alert: str, free: str, *, used: int = 50, total: int = 1000, node: str = "node-1"
) -> dict[str, str]:
    """What a kubelet tells about one claim; ``free`` is as promtool writes values."""
    labels = KUBELET.replace("node-1", node)
    claim = 'namespace="mlflow", persistentvolumeclaim="mlflow-database"'
    values = (free, f"{used}x600", f"{total}x600")
    return {
        f"kubelet_volume_stats_{name}{{{labels}, {claim}}}": text
        for name, text in zip(SERIES[alert], values, strict=True)
    }


def mounted(pod: str, *, read_only: bool) -> dict[str, str]:
    labels = POD.replace('namespace="models", pod="mistral-0"', f'namespace="mlflow", pod="{pod}"')
    name = "kube_pod_spec_volumes_persistentvolumeclaims_readonly"
    claim = 'volume="data", persistentvolumeclaim="mlflow-database"'
    return {f"{name}{{{labels}, {claim}}}": f"{int(read_only)}x600"}


ABOUT = {"namespace": "mlflow", "persistentvolumeclaim": "mlflow-database"}
CRITICAL, WARNING = ABOUT | {"severity": "critical"}, ABOUT | {"severity": "warning"}
# 1000 are there; 140 are free after six hours, and 0.1 a minute is 576 in four days.
FALLING, STEADY, SLOWLY = "176-0.1x600", "140x600", "143.6-0.01x600"


def volume_cases(alert: str) -> dict[str, Case]:
    """The cases of one of the two things that a volume can run out of, which are the same."""
    cases = {
        "is empty": Case(alert, volume(alert, "950x600"), 480),
        "has three percent left": Case(alert, volume(alert, "30x600"), 480),
        "is full for half a minute": Case(alert, volume(alert, "950 950 29x600"), 2),
        "is full": Case(alert, volume(alert, "29x600"), 1, 1, CRITICAL),
        "has nothing left at all": Case(alert, volume(alert, "0x600"), 1, 1, CRITICAL),
        "is full, as two nodes say": Case(
            alert, volume(alert, "29x600") | volume(alert, "28x600", node="node-2"), 1, 1, CRITICAL
        ),
        "has no capacity": Case(alert, volume(alert, "0x600", total=0), 480),
        "of which nothing is used": Case(alert, volume(alert, "0x600", used=0), 480),
        "is full and only read": Case(
            alert, volume(alert, "0x600") | mounted("a", read_only=True), 480
        ),
        "is full, read by one pod and written by another": Case(
            alert,
            volume(alert, "0x600") | mounted("a", read_only=True) | mounted("b", read_only=False),
            1,
            1,
            CRITICAL,
        ),
        "fills and has a quarter left": Case(alert, volume(alert, "286-0.1x600"), 360),
        "is full in four days, for less than an hour": Case(alert, volume(alert, FALLING), 319),
        "is full in four days": Case(alert, volume(alert, FALLING), 420, 1, WARNING),
        "fills in more than four days": Case(alert, volume(alert, SLOWLY), 480),
        "is nearly full and stays so": Case(alert, volume(alert, STEADY), 480),
    }
    return {f"a volume that {name}, by {SERIES[alert][0]}": case for name, case in cases.items()}


UP = f"up{{{VLLM}}}"
CASES = {
    "nothing waits": Case("VllmRequestsWaiting", waiting(0), 30),
    "five wait": Case("VllmRequestsWaiting", waiting(5), 30),
    "six wait for nine minutes": Case("VllmRequestsWaiting", waiting(6), 9),
    "six wait for ten minutes": Case("VllmRequestsWaiting", waiting(6), 10, 1),
    "three wait at each of two services": Case(
        "VllmRequestsWaiting", waiting(3) | waiting(3, OTHER), 30
    ),
    "six wait at each of two services": Case(
        "VllmRequestsWaiting", waiting(6) | waiting(6, OTHER), 30, 2
    ),
    "ten wait": Case("VllmQueueTooLong", waiting(10), 30),
    "eleven wait for four minutes": Case("VllmQueueTooLong", waiting(11), 4),
    "eleven wait for five minutes": Case(
        "VllmQueueTooLong", waiting(11), 5, 1, {"severity": "critical", "job": "mistral"}
    ),
    "a cache at ninety percent": Case(
        "VllmKvCacheNearlyFull", {f"vllm:kv_cache_usage_perc{{{VLLM}}}": "0.9x60"}, 30
    ),
    "a cache above ninety percent": Case(
        "VllmKvCacheNearlyFull",
        {f"vllm:kv_cache_usage_perc{{{VLLM}}}": "0.95x60"},
        5,
        1,
        {"pod": "mistral-0"},
    ),
    "no preemption": Case("VllmPreemptions", counted("vllm:num_preemptions_total", VLLM, 0), 30),
    "preemptions": Case("VllmPreemptions", counted("vllm:num_preemptions_total", VLLM, 1), 5, 1),
    "fast first tokens": Case("VllmTimeToFirstTokenSlow", first_tokens(100, 4), 30),
    "slow first tokens for nine minutes": Case("VllmTimeToFirstTokenSlow", first_tokens(90, 10), 9),
    "slow first tokens": Case("VllmTimeToFirstTokenSlow", first_tokens(90, 10), 30, 1),
    "one slow service beside a fast one": Case(
        "VllmTimeToFirstTokenSlow",
        first_tokens(10, 5) | first_tokens(10000, 0, OTHER),
        30,
        1,
        {"job": "mistral"},
    ),
    "nine of ten succeed": Case("VllmSuccessRateLow", finished(90, 10), 30),
    "eight of ten succeed": Case("VllmSuccessRateLow", finished(80, 20), 30, 1),
    "two of ten give up": Case("VllmSuccessRateLow", finished(80, 20, bad="abort"), 30, 1),
    "nobody asks": Case("VllmSuccessRateLow", finished(0, 0), 30),
    "a target answers": Case("TargetDown", {UP: "1x60"}, 30),
    "a target is silent for four minutes": Case("TargetDown", {UP: "0x60"}, 4),
    "a target is silent for five minutes": Case(
        "TargetDown", {UP: "0x60"}, 5, 1, {"job": "mistral", "exporter": "vllm"}
    ),
    "a stranger's target is silent": Case("TargetDown", {'up{job="other"}': "0x60"}, 30),
    "one target of seven is there": Case("TargetMissing", {UP: "1x60"}, 10, 6),
    "a kubelet is there": Case("TargetMissing", {f"up{{{KUBELET}}}": "1x60"}, 10, 6),
    "a kubelet is silent": Case(
        "TargetDown", {f"up{{{KUBELET}}}": "0x60"}, 5, 1, {"node": "node-1"}
    ),
    **volume_cases(SPACE),
    **volume_cases(INODES),
    "an exporter that sees its GPU": Case(
        "GpuNotSeen", {f"up{{{GPU}}}": "1x60", f"DCGM_FI_DEV_GPU_UTIL{{{GPU}}}": "0x60"}, 30
    ),
    "an exporter that sees nothing, beside one that does": Case(
        "GpuNotSeen",
        {
            f"up{{{GPU}}}": "1x60",
            f"up{{{GPU.replace('gpu-1', 'gpu-2')}}}": "1x60",
            f"DCGM_FI_DEV_GPU_UTIL{{{GPU}}}": "0x60",
        },
        15,
        1,
        {"node": "gpu-2"},
    ),
    "a GPU without faults": Case("GpuXidError", {f"DCGM_FI_DEV_XID_ERRORS{{{GPU}}}": "0x60"}, 30),
    "a GPU fell off the bus": Case(
        "GpuXidError", {f"DCGM_FI_DEV_XID_ERRORS{{{GPU}}}": "79x60"}, 1, 1, {"node": "gpu-1"}
    ),
    "memory that could be remapped": Case(
        "GpuRowRemapFailed", {f"DCGM_FI_DEV_ROW_REMAP_FAILURE{{{GPU}}}": "0x60"}, 30
    ),
    "memory that could not be remapped": Case(
        "GpuRowRemapFailed", {f"DCGM_FI_DEV_ROW_REMAP_FAILURE{{{GPU}}}": "1x60"}, 1, 1
    ),
    "a pod waits for its node": Case(
        "PodNotScheduled", {f"kube_pod_status_unschedulable{{{POD}}}": "1x60"}, 14
    ),
    "a pod fits nowhere": Case(
        "PodNotScheduled", {f"kube_pod_status_unschedulable{{{POD}}}": "1x60"}, 15, 1
    ),
    "a container restarted once": Case(
        "ContainerRestarts",
        {f'kube_pod_container_status_restarts_total{{{POD}, container="vllm"}}': "0x20 1x60"},
        30,
    ),
    "a container restarts every five minutes": Case(
        "ContainerRestarts",
        {
            f'kube_pod_container_status_restarts_total{{{POD}, container="vllm"}}': "0+0.2x60",
        },
        40,
        1,
        {"container": "vllm"},
    ),
    "a model loads": Case("DeploymentIncomplete", replicas(2, 1), 29),
    "a replica never comes": Case("DeploymentIncomplete", replicas(2, 1), 30, 1),
    "all replicas are there": Case("DeploymentIncomplete", replicas(2, 2), 59),
    "a database starts": Case("StatefulSetIncomplete", stateful(1, 0), 14),
    "a database never comes": Case(
        "StatefulSetIncomplete", stateful(1, 0), 15, 1, {"statefulset": "mlflow-database"}
    ),
    "a database is there": Case("StatefulSetIncomplete", stateful(1, 1), 59),
    "a volume at its retention": Case("PrometheusVolumeFilling", stored(42), 30),
    "a volume that fills": Case("PrometheusVolumeFilling", stored(46), 15, 1),
    "rules that work": Case(
        "PrometheusRuleFailures",
        counted("prometheus_rule_evaluation_failures_total", f'{SELF}, rule_group="vllm"', 0),
        30,
    ),
    "a rule that fails": Case(
        "PrometheusRuleFailures",
        counted("prometheus_rule_evaluation_failures_total", f'{SELF}, rule_group="vllm"', 2),
        5,
        1,
    ),
    "alerts arrive": Case(
        "PrometheusCannotNotify", counted("prometheus_notifications_errors_total", SELF, 0), 30
    ),
    "alerts do not arrive": Case(
        "PrometheusCannotNotify", counted("prometheus_notifications_errors_total", SELF, 1), 5, 1
    ),
    "receivers answer": Case(
        "AlertmanagerCannotNotify",
        counted("alertmanager_notifications_failed_total", f'{MANAGER}, integration="webhook"', 0),
        30,
    ),
    "a receiver does not answer": Case(
        "AlertmanagerCannotNotify",
        counted("alertmanager_notifications_failed_total", f'{MANAGER}, integration="webhook"', 1),
        5,
        1,
        {"integration": "webhook"},
    ),
}


def test_every_alert_has_a_case_in_which_it_fires_and_one_in_which_it_does_not() -> None:
    alerts = {rule.name for group in GROUPS for rule in group.rules if isinstance(rule, Alert)}
    assert {case.alert for case in CASES.values() if case.fires} == alerts
    assert {case.alert for case in CASES.values() if not case.fires} >= alerts - {"TargetMissing"}


def expectation(case: Case, about: dict[str, str]) -> dict[str, Any]:
    """How many alerts with these labels fire at the time of the case."""
    wanted = {"alertname": case.alert, "alertstate": "firing", **about}
    labels = ", ".join(f'{key}="{value}"' for key, value in wanted.items())
    return {
        "expr": f"count(ALERTS{{{labels}}}) or vector(0)",
        "eval_time": f"{case.minute}m",
        "exp_samples": [{"labels": "{}", "value": case.fires}],
    }


@pytest.mark.parametrize("name", CASES)
def test_an_alert_fires_when_it_should_and_only_then(
    name: str, programs: Programs, tmp_path: Path
) -> None:
    case = CASES[name]
    test = {
        "interval": "1m",
        "input_series": [{"series": one, "values": text} for one, text in case.series.items()],
        "promql_expr_test": [expectation(case, {}), expectation(case, case.about)],
    }
    document = {"rule_files": ["rules.yml"], "evaluation_interval": "1m", "tests": [test]}
    (tmp_path / "rules.yml").write_text(rules_file(GROUPS))
    (tmp_path / "test.yml").write_text(json.dumps(document))
    done = subprocess.run(
        [str(programs.promtool), "test", "rules", "test.yml"],
        capture_output=True,
        text=True,
        check=False,
        cwd=tmp_path,
    )
    assert done.returncode == 0, done.stdout + done.stderr
