"""Objects for a Prometheus Operator that the cluster has already.

A target is a set of pods and a port name, so it becomes a PodMonitor. A ServiceMonitor would need
a Service with the metrics port, which no component of ours has, and nothing would use but it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .prometheus import TOKEN_KEY, tells_of_others
from .relabelling import labelling
from .rules import rendered

if TYPE_CHECKING:
    from collections.abc import Iterable

    from hoheit.scrape_target import ScrapeTarget

    from .rules import Group

API_VERSION = "monitoring.coreos.com/v1"
DASHBOARD_LABEL = {"grafana_dashboard": "1"}
"""What the sidecar of kube-prometheus-stack's Grafana collects ConfigMaps by."""


def pod_monitor(target: ScrapeTarget) -> dict[str, Any]:
    """Return the spec of a PodMonitor; namespace and Secret may be outputs."""
    endpoint: dict[str, Any] = {
        "port": target.port_name,
        "path": target.path,
        "scheme": target.scheme,
        "interval": f"{target.interval_seconds}s",
        "scrapeTimeout": f"{target.timeout_seconds}s",
        "honorLabels": tells_of_others(target),
        "relabelings": [step.operator() for step in labelling(target)],
    }
    if target.auth_secret is not None:
        token = {"name": target.auth_secret, "key": TOKEN_KEY}
        endpoint["authorization"] = {"type": "Bearer", "credentials": token}
    return {
        "selector": {"matchLabels": target.selector},
        "namespaceSelector": {"matchNames": [target.namespace]},
        "podMetricsEndpoints": [endpoint],
    }


def prometheus_rule(groups: Iterable[Group]) -> dict[str, Any]:
    """Return the spec of a PrometheusRule."""
    return {"groups": rendered(groups)}
