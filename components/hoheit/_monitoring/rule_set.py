"""All rules that fit the targets of one stack, and what they leave unwatched."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hoheit_facts import METRICS, known_series

from .kubelets import KUBELET_SERIES
from .names import DCGM_EXPORTER, GRAFANA, KUBE_STATE_METRICS, KUBELET
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
from .volume_rules import VOLUME_ALERTS, volume_group

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

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
        *([volume_group()] if settings.kubelets else []),
    ]
    series = {KUBELET: KUBELET_SERIES}
    for target in targets:
        found = known_series(target.exporter, target.exporter_version)
        series[target.exporter] = series.get(target.exporter, frozenset()) | found
    return fed(groups, series)


def unwatched(
    targets: Sequence[ScrapeTarget], settings: MonitoringSettings, *, namespace: str
) -> list[str]:
    """Return a sentence for each thing that nobody is told about.

    Args:
        targets: Those that have rules, but not for their version, are told.
        settings: What is left out, and which volumes are asked about. An operator's Prometheus
            asks kubelets without our doing.
        namespace: The stack's own.
    """
    with_rules = {known.exporter for known in METRICS}
    unknown = [
        f"{target.exporter} {target.exporter_version or 'of unknown version'} ({target.job}): its "
        "metrics are not known, so no alert but 'it does not answer' is rendered"
        for target in targets
        if target.exporter in with_rules
        and not known_series(target.exporter, target.exporter_version)
    ]
    left_out = [f"{program} is left out: {_WITHOUT[program]}" for program in settings.leave_out]
    volumes = _volumes(settings, {namespace, *_known_namespaces(targets)})
    return [*unknown, *left_out, *(volumes if settings.bundled else [])]


def _known_namespaces(targets: Sequence[ScrapeTarget]) -> list[str]:
    """Return namespaces that are plain names; outputs of other resources have none yet."""
    return [target.namespace for target in targets if isinstance(target.namespace, str)]


def _volumes(settings: MonitoringSettings, namespaces: set[str]) -> list[str]:
    """Return a sentence if no kubelet is asked about volumes in some of ``namespaces``."""
    if settings.kubelets is None:
        return [_NO_KUBELETS]
    kept = settings.kubelets.namespaces
    dropped = sorted(namespaces.difference(kept)) if kept else []
    if not dropped:
        return []
    return [
        f"kubelets.namespaces leaves out {', '.join(dropped)}: {_no_alert(VOLUME_ALERTS)} about a "
        "volume there; name those with volumes too, or leave kubelets.namespaces out"
    ]


def _none_of(group: Group) -> str:
    return _no_alert(rule.name for rule in group.rules if isinstance(rule, Alert))


def _no_alert(names: Iterable[str]) -> str:
    return f"there is no alert {', '.join(names)}"


_WITHOUT = {
    GRAFANA: "there are no dashboards; metrics are kept, and Prometheus answers queries",
    KUBE_STATE_METRICS: _none_of(pod_group()),
    DCGM_EXPORTER: f"{_none_of(gpu_group())}, and no graph of a GPU",
}
"""What the absence of a program means."""
_NO_KUBELETS = (
    "kubelets: not given, so nobody is told that a volume gets full: "
    f"{_no_alert(VOLUME_ALERTS)}; name the addresses of the nodes in kubelets.cidrs"
)
