"""All rules that fit the targets of one stack, and what they leave unwatched."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hoheit_facts import METRICS, known_series

from .objective_rules import objective_group
from .platform_rules import (
    alertmanager_group,
    gpu_group,
    pod_group,
    prometheus_group,
    target_group,
)
from .rules import Group, fed
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


def unwatched(targets: Sequence[ScrapeTarget]) -> list[str]:
    """Return a sentence for each target that has rules, but not for its version."""
    with_rules = {known.exporter for known in METRICS}
    return [
        f"{target.exporter} {target.exporter_version or 'of unknown version'} ({target.job}): its "
        "metrics are not known, so no alert but 'it does not answer' is rendered"
        for target in targets
        if target.exporter in with_rules
        and not known_series(target.exporter, target.exporter_version)
    ]
