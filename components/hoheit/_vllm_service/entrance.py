"""Under which address a model service is found, and where its metrics are."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pulumi
import pulumi_kubernetes as k8s

from hoheit._gateway import API_PORT, GATEWAY_METRICS_PATH, METRICS_PORT
from hoheit._router_pod import ROUTER
from hoheit.images import ImageReference
from hoheit.scrape_target import ScrapeTarget

from .parts import SERVER

if TYPE_CHECKING:
    from .parts import Parts


def entrance(
    parts: Parts, program: str, pods: k8s.apps.v1.Deployment, domain: str
) -> pulumi.Output[str]:
    """Make the Service that clients call, in front of ``pods``; return its URL."""
    selector = parts.routers if program == ROUTER else parts.servers
    service = k8s.core.v1.Service(
        f"{parts.name}-service",
        # Clients find the model by this name.
        metadata={**parts.metadata(), "name": parts.name},
        spec={
            "type": "ClusterIP",
            "selector": selector,
            "ports": [{"name": "api", "port": API_PORT, "target_port": "api"}],
        },
        opts=parts.options(pulumi.ResourceOptions(depends_on=[pods], delete_before_replace=True)),
    )
    return pulumi.Output.format(
        "http://{0}.{1}.svc.{2}:{3}/v1",
        service.metadata.name,
        service.metadata.namespace,
        domain,
        API_PORT,
    )


def headless_service(parts: Parts) -> k8s.core.v1.Service:
    """Make the Service by which routers find every server pod that is ready."""
    return k8s.core.v1.Service(
        f"{parts.name}-servers",
        metadata={
            **parts.metadata(),
            "name": parts.headless_service,
            # Pulumi would wait for pods behind it, which may be none on purpose.
            "annotations": {"pulumi.com/skipAwait": "true"},
        },
        spec={
            "type": "ClusterIP",
            "cluster_ip": "None",
            "selector": parts.servers,
            "ports": [{"name": "api", "port": API_PORT, "target_port": "api"}],
        },
        opts=parts.options(pulumi.ResourceOptions(delete_before_replace=True)),
    )


def scrape_targets(
    parts: Parts, engine_version: str, router_image: str | None
) -> tuple[ScrapeTarget, ...]:
    """Return where metrics are: of engine and gateway, and of router and its gateway."""
    engine = ScrapeTarget(
        namespace=parts.namespace,
        selector=parts.servers,
        port_name="metrics",
        port=METRICS_PORT,
        job=parts.name,
        exporter=SERVER,
        exporter_version=engine_version,
    )
    gateway = {"path": GATEWAY_METRICS_PATH, "exporter": "haproxy", "exporter_version": None}
    found = [engine, engine.model_copy(update=gateway)]
    if router_image is not None:
        tag = ImageReference.parse(router_image).tag
        own = {
            "selector": parts.routers,
            "job": f"{parts.name}-router",
            "exporter": ROUTER,
            "exporter_version": tag and tag.removeprefix("v"),
        }
        router = engine.model_copy(update=own)
        found += [router, router.model_copy(update=gateway)]
    return tuple(found)
