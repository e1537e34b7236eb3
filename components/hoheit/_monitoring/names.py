"""Names and ports of the programs of a monitoring stack."""

from __future__ import annotations

import re

from hoheit.images import ImageReference

PROMETHEUS = "prometheus"
ALERTMANAGER = "alertmanager"
GRAFANA = "grafana"
KUBE_STATE_METRICS = "kube-state-metrics"
DCGM_EXPORTER = "dcgm-exporter"
KUBELET = "kubelet"
OWN_JOBS = (PROMETHEUS, ALERTMANAGER, KUBE_STATE_METRICS, DCGM_EXPORTER)
"""Values of the label ``job`` that a stack gives to its own programs."""

PROMETHEUS_PORT = 9090
ALERTMANAGER_PORT = 9093
GRAFANA_PORT = 3000
KUBE_STATE_METRICS_PORT = 8080
KUBE_STATE_METRICS_HEALTH_PORT = 8081
DCGM_EXPORTER_PORT = 9400

NOBODY = 65534
"""User of the images of Prometheus, Alertmanager and kube-state-metrics, as their Dockerfiles say
by name; Kubernetes checks numbers only."""


def prometheus_url(stack: str, namespace: str, domain: str = "cluster.local") -> str:
    """Return where the Prometheus of a bundled stack answers, before there is one.

    Args:
        stack: name of the ``MonitoringStack``.
        namespace: its namespace.
        domain: domain suffix of the cluster's Services.
    """
    return f"http://{stack}-{PROMETHEUS}.{namespace}.svc.{domain}:{PROMETHEUS_PORT}"


def version_of(image: str) -> str | None:
    """Return the version that an image's tag names, or None where it has a digest only."""
    tag = ImageReference.parse(image).tag
    return tag.removeprefix("v").removesuffix("-distroless") if tag else None


def release_of(image: str) -> str | None:
    """Return the release in an image's tag, behind which ``model_images`` writes its own version.

    Not for the DCGM exporter, whose own version has such a second part.
    """
    version = version_of(image)
    return version and re.sub(r"-\d+\.\d+\.\d+$", "", version)
