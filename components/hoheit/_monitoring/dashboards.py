"""The dashboards: how a service performs, and what goes on inside it and on its GPUs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .dashboard import Dashboard, Kind, Panel, Query, Steps, Unit, Variable
from .queries import FILTER, LEGEND, POD_LEGEND, SERVICE_FILTER, cache, gpu, quantile, rate, total
from .vllm_rules import FIRST_TOKEN_P95, SERVICE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hoheit.monitoring_settings import AlertThresholds

_ANY = "vllm:num_requests_running"
"""Every server pod has it, idle or not."""
_SERVICES = (
    Variable(name="namespace", label="Namespace", query=f"label_values({_ANY}, namespace)"),
    Variable(
        name="job",
        label="Service",
        query=f'label_values({_ANY}{{namespace=~"$namespace"}}, job)',
    ),
    Variable(
        name="model",
        label="Model",
        query=f'label_values({_ANY}{{namespace=~"$namespace", job=~"$job"}}, model_name)',
    ),
    Variable(name="pod", label="Pod", query=f"label_values({_ANY}{{{SERVICE_FILTER}}}, pod)"),
)
_GPUS = (
    # The GPUs below the chosen service: DCGM knows nodes, and so does every target.
    Variable(name="node", label="Node", query=f"label_values({_ANY}{{{FILTER}}}, node)"),
    Variable(
        name="gpu",
        label="GPU",
        query='label_values(DCGM_FI_DEV_GPU_UTIL{node=~"$node"}, gpu)',
    ),
)


def dashboards(thresholds: AlertThresholds, *, gpus: bool) -> tuple[Dashboard, ...]:
    """Return both dashboards; colours change where alerts begin.

    Args:
        thresholds: Where they do.
        gpus: Whether anything tells of GPUs.
    """
    return _performance(thresholds), _deep_dive(thresholds, gpus=gpus)


def _performance(thresholds: AlertThresholds) -> Dashboard:
    return Dashboard(
        uid="hoheit-vllm-performance",
        title="vLLM performance",
        variables=_SERVICES,
        panels=[
            _first_token(thresholds, (0.95, 0.99)),
            Panel(
                title="Requests per second",
                queries=[rate("vllm:request_success_total", SERVICE, LEGEND)],
                unit=Unit.REQUESTS_PER_SECOND,
                description="Finished requests, for whatever reason.",
            ),
            _requests(thresholds),
            _cache_over_time(thresholds),
            Panel(
                title="Tokens per second",
                queries=[
                    rate("vllm:prompt_tokens_total", SERVICE, f"{LEGEND} prompt"),
                    rate("vllm:generation_tokens_total", SERVICE, f"{LEGEND} generated"),
                ],
                unit=Unit.PER_SECOND,
            ),
            Panel(
                title="Alerts",
                queries=[Query(expr='ALERTS{alertstate="firing"}', legend="")],
                unit=Unit.COUNT,
                kind=Kind.TABLE,
                description="What fires now, whoever is told about it.",
            ),
        ],
    )


def _deep_dive(thresholds: AlertThresholds, *, gpus: bool) -> Dashboard:
    return Dashboard(
        uid="hoheit-vllm-deep-dive",
        title="vLLM deep dive",
        variables=(*_SERVICES, *(_GPUS if gpus else ())),
        panels=[*_now(thresholds), *_over_time(thresholds), *(_gpus() if gpus else [])],
    )


def _now(thresholds: AlertThresholds) -> list[Panel]:
    queue = Steps(
        warning=thresholds.requests_waiting, critical=thresholds.requests_waiting_critical
    )
    return [
        Panel(
            title="Requests running",
            queries=[total("vllm:num_requests_running", SERVICE, LEGEND)],
            unit=Unit.COUNT,
            kind=Kind.GAUGE,
            width=8,
        ),
        Panel(
            title="Requests waiting",
            queries=[total("vllm:num_requests_waiting", SERVICE, LEGEND)],
            unit=Unit.COUNT,
            kind=Kind.GAUGE,
            steps=queue,
            width=8,
            description="None is good, a handful passes, more than ten is too much.",
        ),
        Panel(
            title="KV cache in use",
            queries=[cache()],
            unit=Unit.RATIO,
            kind=Kind.GAUGE,
            steps=_cache_steps(thresholds),
            largest=1,
            width=8,
            description="Low use is no proof of spare capacity: the GPU may be busy all the same.",
        ),
    ]


def _over_time(thresholds: AlertThresholds) -> list[Panel]:
    return [
        Panel(
            title="Requests by how they ended",
            queries=[
                rate(
                    "vllm:request_success_total",
                    f"{SERVICE}, finished_reason",
                    f"{LEGEND} {{{{finished_reason}}}}",
                )
            ],
            unit=Unit.REQUESTS_PER_SECOND,
            description="stop and length are answers; abort is a client that gave up.",
        ),
        Panel(
            title="Request latency",
            queries=[
                quantile(share, "vllm:e2e_request_latency_seconds_bucket")
                for share in (0.5, 0.95, 0.99)
            ],
            unit=Unit.SECONDS,
        ),
        _first_token(thresholds, (0.5, 0.95)),
        _requests(thresholds),
        Panel(
            title="Requests per second",
            queries=[rate("vllm:request_success_total", SERVICE, LEGEND)],
            unit=Unit.REQUESTS_PER_SECOND,
        ),
        _cache_over_time(thresholds),
        Panel(
            title="Preemptions",
            queries=[
                Query(
                    expr=f"sum by ({SERVICE}, pod) "
                    f"(increase(vllm:num_preemptions_total{{{FILTER}}}[$__rate_interval]))",
                    legend=POD_LEGEND,
                )
            ],
            unit=Unit.COUNT,
            description="Requests whose cache was taken away: their work is done twice.",
        ),
    ]


def _gpus() -> list[Panel]:
    return [
        Panel(
            title="GPU utilization",
            queries=[gpu("DCGM_FI_DEV_GPU_UTIL")],
            unit=Unit.PERCENT,
            largest=100,
            description="Share of time in which any kernel ran.",
        ),
        Panel(
            title="GPU memory",
            queries=[gpu("DCGM_FI_DEV_FB_USED", "used"), gpu("DCGM_FI_DEV_FB_FREE", "free")],
            unit=Unit.MEBIBYTES,
        ),
        Panel(title="GPU power", queries=[gpu("DCGM_FI_DEV_POWER_USAGE")], unit=Unit.WATTS),
        Panel(title="GPU temperature", queries=[gpu("DCGM_FI_DEV_GPU_TEMP")], unit=Unit.CELSIUS),
    ]


def _first_token(thresholds: AlertThresholds, shares: Sequence[float]) -> Panel:
    slow = thresholds.time_to_first_token_seconds
    return Panel(
        title="Time to first token",
        queries=[quantile(share, "vllm:time_to_first_token_seconds_bucket") for share in shares],
        unit=Unit.SECONDS,
        # Half a second feels instant, and so does everything below half of what is too slow.
        steps=Steps(warning=slow / 2, critical=slow),
        description=f"An alert watches {FIRST_TOKEN_P95}. There is no bucket bound at two seconds: "
        "values between 1 and 2.5 are interpolated.",
    )


def _requests(thresholds: AlertThresholds) -> Panel:
    return Panel(
        title="Requests running and waiting",
        queries=[
            total("vllm:num_requests_running", SERVICE, f"{LEGEND} running"),
            total("vllm:num_requests_waiting", SERVICE, f"{LEGEND} waiting"),
        ],
        unit=Unit.COUNT,
        description=f"More than {thresholds.requests_waiting} waiting for ten minutes is an alert.",
    )


def _cache_over_time(thresholds: AlertThresholds) -> Panel:
    return Panel(
        title="KV cache over time",
        queries=[cache()],
        unit=Unit.RATIO,
        steps=_cache_steps(thresholds),
        largest=1,
    )


def _cache_steps(thresholds: AlertThresholds) -> Steps:
    """Return the steps on the metric's own scale, 0 to 1."""
    return Steps(warning=thresholds.kv_cache_ratio * 0.9, critical=thresholds.kv_cache_ratio)
