"""All rules that fit the targets of one stack, and what they leave unwatched."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hoheit_facts import METRICS, known_series

from .names import DCGM_EXPORTER, GRAFANA, KUBE_STATE_METRICS
from .objective_rules import objective_group
from .platform_rules import (
    alertmanager_group,
    gpu_group,
    pod_group,
    prometheus_group,
    target_group,
)
from .rules import Alert, Group, fed
from .vllm_rules import vllm_group

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hoheit.monitoring_settings import MonitoringSettings
    from hoheit.scrape_target import ScrapeTarget


def rules_for(settings: MonitoringSettings, targets: Sequence[ScrapeTarget]) -> list[Group]:
    """Return the rules whose series the targets have, by exporter and version."""
    groups = [
        target_group(targets),
        vllm_group(settings.thresholds),
        objective_group(targets),
        gpu_group(),
        pod_group(),
        prometheus_group(settings.thresholds, settings.volume_gib),
        alertmanager_group(),
    ]
    series: dict[str, frozenset[str]] = {}
    for target in targets:
        found = known_series(target.exporter, target.exporter_version)
        series[target.exporter] = series.get(target.exporter, frozenset()) | found
    return fed(groups, series)


def unwatched(targets: Sequence[ScrapeTarget], left_out: Sequence[str] = ()) -> list[str]:
    """Return a sentence for each thing that nobody is told about.

    Args:
        targets: Those that have rules, but not for their version, are told.
        left_out: Programs that the stack does not run.
    """
    with_rules = {known.exporter for known in METRICS}
    unknown = [
        f"{target.exporter} {target.exporter_version or 'of unknown version'} ({target.job}): its "
        "metrics are not known, so no alert but 'it does not answer' is rendered"
        for target in targets
        if target.exporter in with_rules
        and not known_series(target.exporter, target.exporter_version)
    ]
    return [*unknown, *(f"{program} is left out: {_WITHOUT[program]}" for program in left_out)]


def _none_of(group: Group) -> str:
    alerts = [rule.name for rule in group.rules if isinstance(rule, Alert)]
    return f"there is no alert {', '.join(alerts)}"


_WITHOUT = {
    GRAFANA: "there are no dashboards; metrics are kept, and Prometheus answers queries",
    KUBE_STATE_METRICS: _none_of(pod_group()),
    DCGM_EXPORTER: f"{_none_of(gpu_group())}, and no graph of a GPU",
}
"""What the absence of a program means."""
