"""Alerts on error budgets: how fast the slow requests use up what an objective leaves them.

Two windows each, as Google's Site Reliability Workbook has them (chapter 5, "Alerting on SLOs"):
the long one says that it matters, the short one that it goes on.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from hoheit._slo import Latency, latencies

from .rules import Alert, Group, Severity
from .vllm_rules import SERVICE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hoheit.scrape_target import ScrapeTarget

BURNING_FAST = "VllmObjectiveBurningFast"
BURNING_SLOWLY = "VllmObjectiveBurningSlowly"
_WHO = "{{ $labels.job }} in {{ $labels.namespace }}, model {{ $labels.model_name }}"


@dataclass(frozen=True, kw_only=True)
class _Burn:
    name: str
    rate: float
    """Times as fast as would use up the budget in exactly 30 days."""
    long: str
    short: str
    severity: Severity
    said: str


_BURNS = (
    _Burn(
        name=BURNING_FAST,
        rate=14.4,
        long="1h",
        short="5m",
        severity=Severity.CRITICAL,
        said="a fiftieth of the month's error budget went in an hour",
    ),
    _Burn(
        name=BURNING_SLOWLY,
        rate=6,
        long="6h",
        short="30m",
        severity=Severity.WARNING,
        said="a twentieth of the month's error budget went in six hours",
    ),
)


def objective_group(targets: Sequence[ScrapeTarget]) -> Group:
    """Return the alerts of every target that has objectives."""
    return Group(
        name="objectives",
        exporter="vllm",
        rules=[
            _alert(target.job, latency, target.objectives.ratio, burn)
            for target in targets
            if target.objectives is not None
            for latency in latencies(target.objectives)
            for burn in _BURNS
        ],
    )


def _alert(job: str, latency: Latency, ratio: float, burn: _Burn) -> Alert:
    limit = f"{burn.rate * (1 - ratio):.6g}"
    slow = [f"{_slow_share(job, latency, window)} > {limit}" for window in (burn.long, burn.short)]
    return Alert(
        name=burn.name,
        expr=f"({slow[0]}) and ({slow[1]})",
        needs=(f"{latency.histogram}_bucket", f"{latency.histogram}_count"),
        severity=burn.severity,
        summary=f"{_WHO}: {burn.said}; {{{{ $value | humanizePercentage }}}} of requests take more "
        f"than {latency.seconds:g} s ({latency.name.replace('_', ' ')})",
        action="Look at the queue and at the length of prompts; with few requests in the window, a "
        "handful of long ones is enough.",
        labels={"objective": latency.name},
    )


def _slow_share(job: str, latency: Latency, window: str) -> str:
    """Render the share of requests above the boundary; no number where nobody asked."""
    name = latency.histogram
    within = f'{name}_bucket{{job="{job}", le="{float(latency.seconds)}"}}'
    every = f'{name}_count{{job="{job}"}}'
    fast, total = (f"sum by ({SERVICE}) (rate({one}[{window}]))" for one in (within, every))
    return f"1 - {fast} / {total}"
