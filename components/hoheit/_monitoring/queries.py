"""The PromQL of the dashboards: filtered by what the reader chose, never adding up two services."""

from __future__ import annotations

from .dashboard import Query
from .vllm_rules import SERVICE

SERVICE_FILTER = 'namespace=~"$namespace", job=~"$job", model_name=~"$model"'
FILTER = f'{SERVICE_FILTER}, pod=~"$pod"'
GPU_FILTER = 'node=~"$node", gpu=~"$gpu"'
LEGEND = "{{namespace}}/{{job}} {{model_name}}"
POD_LEGEND = f"{LEGEND} {{{{pod}}}}"
_GPU_LEGEND = "{{node}} GPU {{gpu}}"
_GPU = "node, gpu"


def cache() -> Query:
    """Return the share of the KV cache in use, of each pod."""
    return Query(
        expr=f"max by ({SERVICE}, pod) (vllm:kv_cache_usage_perc{{{FILTER}}})",
        legend=POD_LEGEND,
    )


def total(metric: str, by: str, legend: str) -> Query:
    """Return the sum of a gauge, for each combination of the labels ``by``."""
    return Query(expr=f"sum by ({by}) ({metric}{{{FILTER}}})", legend=legend)


def rate(counter: str, by: str, legend: str) -> Query:
    """Return how fast a counter grows in a second, for each combination of the labels ``by``."""
    expr = f"sum by ({by}) (rate({counter}{{{FILTER}}}[$__rate_interval]))"
    return Query(expr=expr, legend=legend)


def quantile(share: float, buckets: str) -> Query:
    """Return a percentile of each service; ``share`` is 0 to 1."""
    grown = f"sum by (le, {SERVICE}) (rate({buckets}{{{FILTER}}}[$__rate_interval]))"
    return Query(
        expr=f"histogram_quantile({share}, {grown})", legend=f"{LEGEND} p{round(share * 100)}"
    )


def gpu(metric: str, what: str = "") -> Query:
    """Return a gauge of each GPU; ``what`` tells two of them apart in one panel."""
    return Query(
        expr=f"max by ({_GPU}) ({metric}{{{GPU_FILTER}}})", legend=f"{_GPU_LEGEND} {what}".strip()
    )
