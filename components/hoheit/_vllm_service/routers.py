"""The router pods of a model service: they need no GPU, no rights and no API server."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pulumi
import pulumi_kubernetes as k8s

from hoheit._deployment_spec import config_hash, deployment_spec
from hoheit._router_pod import ROUTER
from hoheit._service_needs import router_policy

from .workload import disruption_budget, gateway_config_map, network_policy

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hoheit._gateway_container import GatewaySecrets
    from hoheit._router_pod import RouterPod
    from hoheit.cluster import Cluster

    from .parts import Parts

_PROGRESS_SECONDS = 600
"""For the image to come and the router to start, on a node that is there."""
_DELETE_SLACK_SECONDS = 300


def router_deployment(
    parts: Parts,
    pod: RouterPod,
    cluster: Cluster,
    *,
    secrets: GatewaySecrets,
    after: Sequence[pulumi.Resource],
) -> k8s.apps.v1.Deployment:
    """Make the Deployment, which waits for ``after`` and for its network rules."""
    settings = pod.settings
    rules = router_policy(settings, cluster.network, servers=parts.servers, routers=parts.routers)
    policy = network_policy(parts, rules, "router-policy", ROUTER)
    if settings.router.replicas > 1:
        disruption_budget(parts, parts.routers, "router-disruption-budget", ROUTER)
    spec = pod.spec(
        service_account=_account(parts),
        secrets=secrets,
        gateway_config=gateway_config_map(parts, pod.gateway, "router-gateway", ROUTER),
        spread_over=parts.routers,
    )
    leave = pod.drain.grace_period_seconds + _DELETE_SLACK_SECONDS
    timeout = f"{_PROGRESS_SECONDS * (settings.router.replicas + 1)}s"
    return k8s.apps.v1.Deployment(
        f"{parts.name}-router",
        metadata=parts.metadata(ROUTER),
        spec=deployment_spec(
            spec,
            replicas=settings.router.replicas,
            # A router takes no GPU, so its successor can come first.
            surge=1,
            progress_deadline_seconds=_PROGRESS_SECONDS,
            selector=parts.routers,
            labels=parts.labels(ROUTER),
            configuration=config_hash([*pod.flags, pod.gateway]),
        ),
        opts=parts.options(
            pulumi.ResourceOptions(
                depends_on=[cluster.ready, policy, *after],
                custom_timeouts=pulumi.CustomTimeouts(
                    create=timeout, update=timeout, delete=f"{leave}s"
                ),
            )
        ),
    )


def _account(parts: Parts) -> pulumi.Output[str]:
    made = k8s.core.v1.ServiceAccount(
        f"{parts.name}-router-account",
        metadata={**parts.metadata(ROUTER), "name": f"{parts.name}-router"},
        automount_service_account_token=False,
        opts=parts.options(pulumi.ResourceOptions(delete_before_replace=True)),
    )
    return made.metadata.name
