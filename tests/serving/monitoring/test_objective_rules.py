"""Alerts on error budgets fire when they should, by promtool's own evaluation."""

from __future__ import annotations

import json
import subprocess
from typing import TYPE_CHECKING, Any

import pytest
from hoheit import MonitoringSettings, Objectives
from hoheit._monitoring.objective_rules import BURNING_FAST, BURNING_SLOWLY
from hoheit._monitoring.rule_set import rules_for
from hoheit._monitoring.rules import rules_file
from support.samples import scrape_target

if TYPE_CHECKING:
    from pathlib import Path

    from serving.monitoring.conftest import Programs

OBJECTIVES = Objectives(time_to_first_token_seconds=1, end_to_end_seconds=10, ratio=0.99)
TARGETS = [scrape_target(objectives=OBJECTIVES), scrape_target(job="llama")]
RULES = rules_file(rules_for(MonitoringSettings(), TARGETS))
TTFT = "vllm:time_to_first_token_seconds"
E2E = "vllm:e2e_request_latency_seconds"
HOURS = 8


def requests(histogram: str, fast: int, slow: int, job: str = "mistral") -> dict[str, str]:
    """Requests of each minute, within the objective and beyond it, for eight hours."""
    labels = f'namespace="models", job="{job}", exporter="vllm", model_name="m"'
    boundary = "1.0" if histogram == TTFT else "10.0"
    minutes = HOURS * 60
    return {
        f'{histogram}_bucket{{{labels}, le="{boundary}"}}': f"0+{fast}x{minutes}",
        f'{histogram}_bucket{{{labels}, le="+Inf"}}': f"0+{fast + slow}x{minutes}",
        f"{histogram}_count{{{labels}}}": f"0+{fast + slow}x{minutes}",
    }


def recovered(histogram: str, after_minutes: int) -> dict[str, str]:
    """One request in five is slow until it ends, and none after that."""
    labels = 'namespace="models", job="mistral", exporter="vllm", model_name="m"'
    rest = HOURS * 60 - after_minutes
    boundary = "1.0" if histogram == TTFT else "10.0"
    within = f"0+80x{after_minutes} {80 * after_minutes}+100x{rest}"
    return {
        f'{histogram}_bucket{{{labels}, le="{boundary}"}}': within,
        f"{histogram}_count{{{labels}}}": f"0+100x{HOURS * 60}",
    }


def firing(alert: str, minute: int, about: str, count: int) -> dict[str, Any]:
    labels = f'alertname="{alert}", alertstate="firing", objective="{about}"'
    return {
        "expr": f"count(ALERTS{{{labels}}}) or vector(0)",
        "eval_time": f"{minute}m",
        "exp_samples": [{"labels": "{}", "value": count}],
    }


CASES = {
    "one request in a hundred is slow": (requests(TTFT, 99, 1), 420, 0, 0),
    "one in ten": (requests(TTFT, 90, 10), 420, 0, 1),
    "one in five": (requests(TTFT, 80, 20), 420, 1, 1),
    "one in five, of another service": (requests(TTFT, 80, 20, "llama"), 420, 0, 0),
    "one in five, until half an hour ago": (recovered(TTFT, 360), 391, 0, 0),
    "nobody asks": (requests(TTFT, 0, 0), 420, 0, 0),
}


@pytest.mark.parametrize("name", CASES)
def test_a_budget_burns_when_it_should_and_only_then(
    name: str, programs: Programs, tmp_path: Path
) -> None:
    series, minute, fast, slow = CASES[name]
    expected = [
        firing(BURNING_FAST, minute, "time_to_first_token", fast),
        firing(BURNING_SLOWLY, minute, "time_to_first_token", slow),
    ]
    judge(programs, tmp_path, series, expected)


def test_the_two_objectives_of_a_service_burn_apart(programs: Programs, tmp_path: Path) -> None:
    series = {**requests(TTFT, 100, 0), **requests(E2E, 50, 50)}
    expected = [
        firing(BURNING_FAST, 420, "time_to_first_token", 0),
        firing(BURNING_FAST, 420, "end_to_end", 1),
    ]
    judge(programs, tmp_path, series, expected)


def judge(
    programs: Programs, folder: Path, series: dict[str, str], expected: list[dict[str, Any]]
) -> None:
    test = {
        "interval": "1m",
        "input_series": [{"series": one, "values": text} for one, text in series.items()],
        "promql_expr_test": expected,
    }
    document = {"rule_files": ["rules.yml"], "evaluation_interval": "1m", "tests": [test]}
    (folder / "rules.yml").write_text(RULES)
    (folder / "test.yml").write_text(json.dumps(document))
    done = subprocess.run(
        [str(programs.promtool), "test", "rules", "test.yml"],
        capture_output=True,
        text=True,
        check=False,
        cwd=folder,
    )
    assert done.returncode == 0, done.stdout + done.stderr
