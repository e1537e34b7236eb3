"""Plans against what real engines logged at their start; `startup_logs.json` names the sources.

Only two constants of the plan were read from logs, some of these among others: what one CUDA graph
takes, and what CUDA loads beside PyTorch. All else follows from the configuration and from the
source of the engine. A log of a version that we have no facts of is planned by the `rules` of the
nearest one.
"""

import json
from pathlib import Path
from typing import Any

import pytest
from hoheit import MemoryPlan, PlanRequest, plan_gpu
from hoheit_facts import GPUS

LOGS: list[dict[str, Any]] = json.loads(
    Path(__file__).with_name("startup_logs.json").read_text("utf-8")
)
NAMES = [log["name"] for log in LOGS]
KNOWN, ESTIMATED = 0.03, 0.10


def planned(log: dict[str, Any], **changes: Any) -> MemoryPlan:
    asked = {name: log[name] for name in ("max_num_seqs", "max_num_batched_tokens") if name in log}
    return plan_gpu(
        PlanRequest(
            **asked,
            **{
                "version": log["rules"],
                "gpu": GPUS[log["gpu"]],
                "gpus": log.get("gpus", 1),
                "total_memory_gib": log["total_gib"],
                "gpu_memory_utilization": log["utilization"],
                "max_model_len": log["max_model_len"],
                "config": log["config"],
                "weights_gib": log["weights_gib"],
                **changes,
            },
        )
    )


def off(plan: MemoryPlan, log: dict[str, Any]) -> float:
    assert plan.kv_tokens is not None
    return plan.kv_tokens / log["kv_tokens"] - 1


@pytest.mark.parametrize("log", LOGS, ids=NAMES)
def test_tokens_are_within_three_percent_where_weights_and_memory_are_known(
    log: dict[str, Any],
) -> None:
    assert abs(off(planned(log), log)) < KNOWN


@pytest.mark.parametrize("log", LOGS, ids=NAMES)
def test_tokens_are_within_ten_percent_where_weights_are_estimated(log: dict[str, Any]) -> None:
    assert abs(off(planned(log, weights_gib=None), log)) < ESTIMATED


@pytest.mark.parametrize("log", LOGS, ids=NAMES)
def test_computed_weights_are_within_their_error_of_what_loading_took(log: dict[str, Any]) -> None:
    plan = planned(log, weights_gib=None)
    assert plan.weights.gib is not None
    loaded = log["weights_gib"] / log.get("gpus", 1)
    encoder = 0.6 if log["name"].startswith("llava") else 0.0
    assert abs(plan.weights.gib - loaded) <= plan.weights.error_gib + encoder


@pytest.mark.parametrize("log", [log for log in LOGS if log["graphs_gib"] is not None])
def test_graphs_take_no_more_than_the_error_of_their_estimate_allows(log: dict[str, Any]) -> None:
    graphs = planned(log).cuda_graphs
    assert graphs.gib is not None
    assert log["graphs_gib"] <= graphs.gib + graphs.error_gib


def test_the_errors_lie_on_both_sides_and_most_are_small() -> None:
    errors = sorted(off(planned(log), log) for log in LOGS)
    assert errors[0] < 0 < errors[-1]
    assert sum(abs(error) for error in errors) / len(errors) < 0.02
