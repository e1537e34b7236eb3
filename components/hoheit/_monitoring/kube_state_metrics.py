"""kube-state-metrics: which objects it watches, its rights, its pod."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hoheit._lifecycle import liveness_probe, readiness_probe, startup_probe

from .names import (
    KUBE_STATE_METRICS,
    KUBE_STATE_METRICS_HEALTH_PORT,
    KUBE_STATE_METRICS_PORT,
    NOBODY,
)
from .pods import pod, resources, server

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pulumi
    from pulumi_kubernetes.core.v1 import PodSpecArgsDict
    from pulumi_kubernetes.rbac.v1 import PolicyRuleArgsDict

    from hoheit.images import Images

WATCHED = {"deployments": "apps", "pods": "", "statefulsets": "apps"}
"""Resource and API group of all that rules and dashboards ask about, and nothing more."""
_CPU_MILLICORES = 50
_MEMORY_MIB = 256
_STARTUP_SECONDS = 60


def watch_rules() -> list[PolicyRuleArgsDict]:
    """Return the right to list and watch exactly what is watched."""
    return [
        {"api_groups": [group], "resources": [resource], "verbs": ["list", "watch"]}
        for resource, group in WATCHED.items()
    ]


def kube_state_metrics_command(namespaces: Sequence[str]) -> list[str]:
    """Return the program and its flags.

    Args:
        namespaces: The only ones it looks into, and has rights in.
    """
    return [
        "/kube-state-metrics",
        f"--port={KUBE_STATE_METRICS_PORT}",
        f"--telemetry-port={KUBE_STATE_METRICS_HEALTH_PORT}",
        f"--resources={','.join(WATCHED)}",
        f"--namespaces={','.join(namespaces)}",
    ]


def kube_state_metrics_pod(
    images: Images, namespaces: Sequence[str], *, account: pulumi.Input[str]
) -> PodSpecArgsDict:
    """Return the pod; the account may be an output of another resource."""
    # Not /livez: it asks the API server, and a restart here would not mend that one.
    probes = {
        "startup": startup_probe("/readyz", KUBE_STATE_METRICS_HEALTH_PORT, _STARTUP_SECONDS),
        "readiness": readiness_probe("/readyz", KUBE_STATE_METRICS_HEALTH_PORT),
        "liveness": liveness_probe("/healthz", KUBE_STATE_METRICS_PORT),
    }
    container = server(
        KUBE_STATE_METRICS,
        images.reference("kube_state_metrics"),
        kube_state_metrics_command(namespaces),
        ports={"http": KUBE_STATE_METRICS_PORT, "health": KUBE_STATE_METRICS_HEALTH_PORT},
        probes=probes,
        resources=resources(_CPU_MILLICORES, _MEMORY_MIB),
        mounts=[],
    )
    return pod(
        container,
        account=account,
        user=NOBODY,
        volumes=[],
        pull_secrets=images.pull_secrets,
        token=True,
    )
