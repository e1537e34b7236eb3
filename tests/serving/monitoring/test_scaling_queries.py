"""What KEDA is told when it asks for the queue, by Prometheus' own evaluation."""

from __future__ import annotations

import json
import subprocess
from typing import TYPE_CHECKING, Any

import pytest
from hoheit import Autoscaling
from hoheit._autoscaling import awake_query, running_query, waiting_query

if TYPE_CHECKING:
    from pathlib import Path

    from serving.monitoring.conftest import Programs

URL = "http://prometheus:9090"
KEPT = Autoscaling(max_replicas=4, prometheus_url=URL)
ASLEEP = Autoscaling(min_replicas=0, max_replicas=4, prometheus_url=URL)
WAITING = "vllm:num_requests_waiting"
RUNNING = "vllm:num_requests_running"
ANSWERS = "haproxy_frontend_http_responses_total"
AWAKE = awake_query("models", "chat", "chat-router")


def of_pods(series: str, *values: int, job: str = "chat") -> dict[str, str]:
    return {
        f'{series}{{namespace="models", job="{job}", pod="{job}-{pod}"}}': f"{value}x40"
        for pod, value in enumerate(values)
    }


def answered(code: str, values: str, proxy: str = "api") -> dict[str, str]:
    """Answers of the router's gateway, which counts each class from its own start on."""
    labels = f'namespace="models", job="chat-router", proxy="{proxy}"'
    found = {f'{ANSWERS}{{{labels}, code="{one}"}}': "0x40" for one in ("2xx", "4xx", "5xx")}
    return {**found, f'{ANSWERS}{{{labels}, code="{code}"}}': values}


IDLE = answered("2xx", "7x40")
CASES: dict[str, tuple[str, dict[str, str], int | None]] = {
    "the queues of all pods add up": (
        waiting_query(KEPT, "models", "chat"),
        of_pods(WAITING, 3, 4),
        7,
    ),
    "the queue of another service does not": (
        waiting_query(KEPT, "models", "chat"),
        {**of_pods(WAITING, 3), **of_pods(WAITING, 9, job="other")},
        3,
    ),
    "running requests add up": (running_query(KEPT, "models", "chat"), of_pods(RUNNING, 8, 8), 16),
    "a target that is lost is no empty queue": (
        waiting_query(KEPT, "models", "chat"),
        of_pods(WAITING, 9, job="other"),
        None,
    ),
    "no pod is an empty queue where there may be none": (
        waiting_query(ASLEEP, "models", "chat"),
        IDLE,
        0,
    ),
    "asleep, and nobody asks": (AWAKE, IDLE, 0),
    "asleep, and somebody is sent away": (AWAKE, answered("5xx", "0x29 1x10"), 1),
    "asleep, and somebody was sent away ten minutes ago": (AWAKE, answered("5xx", "0x19 1x20"), 0),
    "asleep, and somebody without a key knocks": (AWAKE, answered("4xx", "0+5x40"), 0),
    "asleep, and Prometheus reads the router's metrics": (
        AWAKE,
        {**IDLE, **answered("2xx", "0+2x40", "metrics")},
        0,
    ),
    "awake, and one long answer is under way": (AWAKE, {**IDLE, **of_pods(RUNNING, 1)}, 1),
    "awake, and requests wait": (AWAKE, {**IDLE, **of_pods(WAITING, 12)}, 1),
    "awake, and nobody asks": (AWAKE, {**IDLE, **of_pods(RUNNING, 0), **of_pods(WAITING, 0)}, 0),
    "a router that is lost is nobody asking": (AWAKE, of_pods(RUNNING, 0), None),
}


@pytest.mark.parametrize("name", CASES)
def test_prometheus_answers_what_keda_has_to_know(
    name: str, programs: Programs, tmp_path: Path
) -> None:
    query, series, value = CASES[name]
    samples: list[Any] = [] if value is None else [{"labels": "{}", "value": value}]
    test = {
        "interval": "1m",
        "input_series": [{"series": one, "values": text} for one, text in series.items()],
        "promql_expr_test": [{"expr": query, "eval_time": "30m", "exp_samples": samples}],
    }
    (tmp_path / "test.yml").write_text(json.dumps({"rule_files": [], "tests": [test]}))
    done = subprocess.run(
        [str(programs.promtool), "test", "rules", "test.yml"],
        capture_output=True,
        text=True,
        check=False,
        cwd=tmp_path,
    )
    assert done.returncode == 0, done.stdout + done.stderr
