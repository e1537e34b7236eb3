"""Is there somebody who scales, as a stack file states it?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hoheit_cli.finding import Unread, missing, ok
from hoheit_cli.objects import labels_of

if TYPE_CHECKING:
    from hoheit import Peer

    from hoheit_cli.finding import Finding
    from hoheit_cli.objects import Object

_KEDA = "cluster.capabilities.keda"
_ADAPTER = "cluster.capabilities.requests_waiting_metric"
_SCALED_OBJECTS = "scaledobjects.keda.sh"
_METRICS_OF_PODS = "custom.metrics.k8s.io"
"""API that a metrics adapter answers for; an APIService is named ``<version>.<API>``."""


def check_keda(
    stated: Peer | None, crds: list[str] | Unread, pods: list[Object] | Unread
) -> list[Finding]:
    """Hold the stated KEDA against its resources and its operator's pods."""
    if isinstance(crds, Unread):
        return [crds.finding(_KEDA)]
    there = _SCALED_OBJECTS in crds
    if stated is None:
        seen = "its resources are there" if there else "there is none"
        return [ok(_KEDA, f"not stated; {seen}")]
    if not there:
        return [
            missing(
                _KEDA,
                f"stated, but no {_SCALED_OBJECTS}",
                "install KEDA 2.17 or newer, or leave it out",
            )
        ]
    return [ok(_KEDA, f"{_SCALED_OBJECTS} is there"), _operator(stated, pods)]


def _operator(stated: Peer, pods: list[Object] | Unread) -> Finding:
    """Tell whether the pods are there that network rules let to Prometheus."""
    if isinstance(pods, Unread):
        return pods.finding(_KEDA)
    who = ",".join(f"{key}={value}" for key, value in stated.pod_labels.items()) or "any label"
    where = f"pods with {who} in namespace {stated.namespace}"
    found = [
        pod
        for pod in pods
        if pod["metadata"]["namespace"] == stated.namespace
        and stated.pod_labels.items() <= labels_of(pod).items()
    ]
    if found:
        return ok(_KEDA, f"{len(found)} {where}")
    return missing(
        _KEDA,
        f"no {where}: nobody would be let to Prometheus",
        "state namespace and labels of its operator: "
        "kubectl get pods --all-namespaces --selector=app=keda-operator --show-labels",
    )


def check_adapter(stated: str | None, api_services: list[str] | Unread) -> list[Finding]:
    """Tell whether somebody serves metrics of pods, where a metric of them is stated.

    Which metrics there are only shows while a pod has them.
    """
    if stated is None:
        return [ok(_ADAPTER, "not stated")]
    if isinstance(api_services, Unread):
        return [api_services.finding(_ADAPTER)]
    serving = [name for name in api_services if name.endswith(f".{_METRICS_OF_PODS}")]
    if serving:
        return [ok(_ADAPTER, f"{', '.join(sorted(serving))} is there")]
    return [
        missing(
            _ADAPTER,
            f"{stated} stated, but nobody serves {_METRICS_OF_PODS}",
            "install a metrics adapter, or leave it out",
        )
    ]
