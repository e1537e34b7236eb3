"""How a model service is scaled by its queue: by KEDA, or by Kubernetes' own autoscaler."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pulumi
    from pulumi_kubernetes.autoscaling.v2 import HorizontalPodAutoscalerSpecArgsDict

    from .autoscaling import Autoscaling
    from .capabilities import Capabilities

KEDA_API_VERSION = "keda.sh/v1alpha1"
QUEUE_SERIES = ("vllm:num_requests_waiting", "vllm:num_requests_running")
"""What the queries read of the engine."""
ARRIVALS_SERIES = "haproxy_frontend_http_responses_total"
"""What they read of the router's gateway, which answers with 503 as long as there is no replica:
such a request never reaches the router itself, and is in none of its metrics."""
_ASKED = 'proxy="api", code=~"2xx|5xx"'
"""Answered, or sent away for want of a replica. Not what was refused: nobody without a key wakes
a service."""

_POLLING_SECONDS = 15
_FAILED_POLLS = 3
"""Until a Prometheus that does not answer counts as gone."""
_ARRIVALS = "2m"
"""Longer than two scrapes, else a counter's increase could not be seen."""
_LONGEST_PERIOD_SECONDS = 1800
"""Kubernetes' limit of a policy's period (autoscaling/v2, HPAScalingPolicy)."""


class Scaler(StrEnum):
    """Who changes the number of replicas."""

    KEDA = "keda"
    HPA = "hpa"


def scaler_for(settings: Autoscaling, offered: Capabilities, *, router: bool) -> Scaler:
    """Return who scales, by what the cluster states.

    Raises:
        ValueError: beginning with the field that asks for what is not there.
    """
    if offered.keda is not None:
        if settings.prometheus_url is None:
            raise ValueError(
                "autoscaling.prometheus_url: required, KEDA asks Prometheus for the queue; name "
                "the address of one that scrapes the service"
            )
        if settings.min_replicas == 0 and not router:
            raise ValueError(
                "autoscaling.min_replicas: 0 needs the router, which alone sees a request that no "
                "replica is there for; turn the router on, or set 1"
            )
        return Scaler.KEDA
    if offered.requests_waiting_metric is None:
        raise ValueError(
            "autoscaling: the cluster states nobody who scales; install KEDA and name its "
            "operator's pods in cluster.capabilities.keda, or name the metric of an adapter in "
            "cluster.capabilities.requests_waiting_metric, or set replicas in its place"
        )
    if settings.min_replicas == 0:
        raise ValueError(
            "autoscaling.min_replicas: 0 needs KEDA (cluster.capabilities.keda), Kubernetes' own "
            "autoscaler keeps one replica; install it, or set 1"
        )
    if settings.running_per_replica is not None:
        raise ValueError(
            "autoscaling.running_per_replica: needs KEDA (cluster.capabilities.keda), the stated "
            "adapter serves the queue alone; install it, or leave the field out"
        )
    return Scaler.HPA


def waiting_query(settings: Autoscaling, namespace: str, job: str) -> str:
    """Return how many requests wait at the service."""
    return _sum(QUEUE_SERIES[0], namespace, job, may_be_none=settings.min_replicas == 0)


def running_query(settings: Autoscaling, namespace: str, job: str) -> str:
    """Return how many requests the service answers right now."""
    return _sum(QUEUE_SERIES[1], namespace, job, may_be_none=settings.min_replicas == 0)


def awake_query(namespace: str, job: str, router_job: str) -> str:
    """Return 1 as long as somebody asks or is answered, and 0 when the service may sleep.

    Nothing at all where Prometheus does not know the router: KEDA then falls back to a replica,
    because nobody knows whether one is needed.
    """
    busy = [_sum(series, namespace, job, may_be_none=True) for series in QUEUE_SERIES]
    labels = f'namespace="{namespace}", job="{router_job}", {_ASKED}'
    arrived = f"sum(increase({ARRIVALS_SERIES}{{{labels}}}[{_ARRIVALS}]))"
    return f"({' + '.join([*busy, arrived])}) > bool 0"


def scaled_object(  # noqa: PLR0913 - each is a part of the object, by name
    settings: Autoscaling,
    *,
    deployment: pulumi.Input[str],
    waiting: pulumi.Input[str],
    running: pulumi.Input[str],
    awake: pulumi.Input[str],
    start_seconds: int,
) -> dict[str, Any]:
    """Return the spec of KEDA's ScaledObject; queries may be outputs, as namespaces are.

    Args:
        settings: between how many replicas, by what.
        deployment: name of what is scaled.
        waiting: from :func:`waiting_query`.
        running: from :func:`running_query`.
        awake: from :func:`awake_query`; asked only where there may be no replica.
        start_seconds: how long a replica takes to its first answer. A replica that is awake sleeps
            again only after that and the cooldown, else it would go before it has answered.
    """
    triggers = [_trigger(settings, "waiting", waiting, settings.waiting_per_replica)]
    if settings.running_per_replica is not None:
        triggers.append(_trigger(settings, "running", running, settings.running_per_replica))
    if settings.min_replicas == 0:
        triggers.append(_trigger(settings, "awake", awake, 1))
    return {
        "scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": deployment},
        "pollingInterval": _POLLING_SECONDS,
        "initialCooldownPeriod": start_seconds,
        "cooldownPeriod": start_seconds + settings.cooldown_seconds,
        "minReplicaCount": settings.min_replicas,
        "maxReplicaCount": settings.max_replicas,
        # A Prometheus that is gone takes no replica away.
        "fallback": {
            "failureThreshold": _FAILED_POLLS,
            "replicas": max(1, settings.min_replicas),
            "behavior": "currentReplicasIfHigher",
        },
        "advanced": {
            "horizontalPodAutoscalerConfig": {
                "behavior": {
                    "scaleDown": {
                        "stabilizationWindowSeconds": settings.cooldown_seconds,
                        "policies": [
                            {"type": "Pods", "value": 1, "periodSeconds": _period_seconds(settings)}
                        ],
                    }
                }
            }
        },
        "triggers": triggers,
    }


def pod_autoscaler(
    settings: Autoscaling, *, deployment: pulumi.Input[str], metric: str
) -> HorizontalPodAutoscalerSpecArgsDict:
    """Return the spec of a HorizontalPodAutoscaler by a metric that an adapter serves of pods."""
    return {
        "scale_target_ref": {"api_version": "apps/v1", "kind": "Deployment", "name": deployment},
        "min_replicas": settings.min_replicas,
        "max_replicas": settings.max_replicas,
        "metrics": [
            {
                "type": "Pods",
                "pods": {
                    "metric": {"name": metric},
                    "target": {
                        "type": "AverageValue",
                        "average_value": str(settings.waiting_per_replica),
                    },
                },
            }
        ],
        "behavior": {
            "scale_down": {
                "stabilization_window_seconds": settings.cooldown_seconds,
                "policies": [
                    {"type": "Pods", "value": 1, "period_seconds": _period_seconds(settings)}
                ],
            }
        },
    }


def _period_seconds(settings: Autoscaling) -> int:
    """Return in which time one replica goes: a queue is empty before all replicas are idle."""
    return min(settings.cooldown_seconds, _LONGEST_PERIOD_SECONDS)


def _trigger(
    settings: Autoscaling, name: str, query: pulumi.Input[str], threshold: int
) -> dict[str, Any]:
    return {
        "type": "prometheus",
        "name": name,
        "metricType": "AverageValue",
        "metadata": {
            "serverAddress": settings.prometheus_url,
            "query": query,
            "threshold": str(threshold),
            # By default nothing counts as zero, and a target that is lost as an empty queue.
            "ignoreNullValues": "false",
        },
    }


def _sum(series: str, namespace: str, job: str, *, may_be_none: bool) -> str:
    summed = f'sum({series}{{namespace="{namespace}", job="{job}"}})'
    return f"({summed} or vector(0))" if may_be_none else summed
