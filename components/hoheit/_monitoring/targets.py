"""The programs of a stack as targets of itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hoheit._labels import selector_labels
from hoheit.scrape_target import ScrapeTarget

from .names import (
    ALERTMANAGER,
    ALERTMANAGER_PORT,
    DCGM_EXPORTER,
    DCGM_EXPORTER_PORT,
    KUBE_STATE_METRICS,
    KUBE_STATE_METRICS_PORT,
    PROMETHEUS,
    PROMETHEUS_PORT,
    release_of,
    version_of,
)

if TYPE_CHECKING:
    from collections.abc import Container

    from hoheit.images import Images

_PORTS = {
    PROMETHEUS: PROMETHEUS_PORT,
    ALERTMANAGER: ALERTMANAGER_PORT,
    KUBE_STATE_METRICS: KUBE_STATE_METRICS_PORT,
}


def server_targets(
    stack: str, namespace: Any, images: Images, left_out: Container[str] = ()
) -> tuple[ScrapeTarget, ...]:
    """Return Prometheus, Alertmanager and kube-state-metrics, but for those left out.

    The namespace may be an output.
    """
    return tuple(
        ScrapeTarget(
            namespace=namespace,
            selector=selector_labels(program, stack),
            port_name="http",
            port=port,
            job=program,
            exporter=program,
            exporter_version=release_of(images.reference(program.replace("-", "_"))),
        )
        for program, port in _PORTS.items()
        if program not in left_out
    )


def gpu_target(stack: str, namespace: Any, images: Images) -> ScrapeTarget:
    """Return the DCGM exporters of all pools."""
    return ScrapeTarget(
        namespace=namespace,
        selector=gpu_labels(stack),
        port_name="metrics",
        port=DCGM_EXPORTER_PORT,
        job=DCGM_EXPORTER,
        exporter=DCGM_EXPORTER,
        exporter_version=version_of(images.reference("dcgm_exporter")),
    )


def gpu_labels(stack: str) -> dict[str, str]:
    """Return the labels that the exporters of all pools share."""
    return selector_labels(DCGM_EXPORTER, stack)
