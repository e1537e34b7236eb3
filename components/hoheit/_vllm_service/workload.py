"""Objects that the pods of a role need: configuration, network rules, room to be moved."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pulumi
import pulumi_kubernetes as k8s

from hoheit._gateway_container import gateway_files

from .parts import SERVER

if TYPE_CHECKING:
    from hoheit._stores.policies import Policy

    from .parts import Parts


def gateway_config_map(
    parts: Parts, config: str, role: str = "gateway", program: str = SERVER
) -> pulumi.Output[str]:
    """Keep a gateway's configuration for good; return the ConfigMap's name."""
    made = k8s.core.v1.ConfigMap(
        f"{parts.name}-{role}",
        metadata=parts.metadata(program),
        immutable=True,
        data=gateway_files(config),
        opts=parts.options(),
    )
    return made.metadata.name


def network_policy(
    parts: Parts, policy: Policy, role: str = "policy", program: str = SERVER
) -> k8s.networking.v1.NetworkPolicy:
    """Isolate the pods of a role but for their declared needs."""
    return k8s.networking.v1.NetworkPolicy(
        f"{parts.name}-{role}",
        metadata={**parts.metadata(program), "annotations": policy.annotations},
        spec=policy.spec,
        opts=parts.options(),
    )


def disruption_budget(
    parts: Parts,
    selector: dict[str, str],
    role: str = "disruption-budget",
    program: str = SERVER,
) -> None:
    """Let an eviction take one pod at a time."""
    k8s.policy.v1.PodDisruptionBudget(
        f"{parts.name}-{role}",
        metadata=parts.metadata(program),
        spec={"max_unavailable": 1, "selector": {"match_labels": selector}},
        opts=parts.options(),
    )
