"""What changes the number of a service's pods, and who asks Prometheus for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pulumi
import pulumi_kubernetes as k8s

from hoheit._autoscaling import (
    KEDA_API_VERSION,
    Scaler,
    awake_query,
    pod_autoscaler,
    running_query,
    scaled_object,
    waiting_query,
)

if TYPE_CHECKING:
    from hoheit.autoscaling import Autoscaling
    from hoheit.capabilities import Capabilities
    from hoheit.scrape_target import ScrapeTarget
    from hoheit.vllm_settings import VllmSettings

    from .parts import Parts


def make_scaler(
    parts: Parts,
    settings: VllmSettings,
    offered: Capabilities,
    deployment: k8s.apps.v1.Deployment,
) -> None:
    """Make what scales ``deployment``, where something does."""
    scaler, scaling = settings.scaler(offered), settings.autoscaling
    if scaling is None or scaler is None:
        return
    if scaler is Scaler.KEDA:
        _keda(parts, scaling, settings.startup.from_nothing_seconds, deployment)
        return
    k8s.autoscaling.v2.HorizontalPodAutoscaler(
        f"{parts.name}-scaler",
        metadata=parts.metadata(),
        spec=pod_autoscaler(
            scaling,
            deployment=deployment.metadata.name,
            metric=offered.requests_waiting_metric or "",
        ),
        opts=parts.options(),
    )


def watched(
    targets: tuple[ScrapeTarget, ...], settings: VllmSettings, offered: Capabilities
) -> tuple[ScrapeTarget, ...]:
    """Return the targets with what the service means to be, and who reads its metrics for it."""
    asks = settings.scaler(offered) is Scaler.KEDA and offered.keda is not None
    queried_by = (offered.keda,) if asks else ()
    engine, *others = (one.model_copy(update={"queried_by": queried_by}) for one in targets)
    return (engine.model_copy(update={"objectives": settings.objectives}), *others)


def _keda(
    parts: Parts, scaling: Autoscaling, start_seconds: int, deployment: k8s.apps.v1.Deployment
) -> None:
    namespace = pulumi.Output.from_input(parts.namespace)
    job, router_job = parts.name, f"{parts.name}-router"
    k8s.apiextensions.CustomResource(
        f"{parts.name}-scaler",
        api_version=KEDA_API_VERSION,
        kind="ScaledObject",
        metadata=parts.metadata(),
        spec=scaled_object(
            scaling,
            deployment=deployment.metadata.name,
            waiting=namespace.apply(lambda name: waiting_query(scaling, name, job)),
            running=namespace.apply(lambda name: running_query(scaling, name, job)),
            awake=namespace.apply(lambda name: awake_query(name, job, router_job)),
            start_seconds=start_seconds,
        ),
        opts=parts.options(),
    )
