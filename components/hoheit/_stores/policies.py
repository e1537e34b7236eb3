"""NetworkPolicies of one pod, with peers in other namespaces and in its own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Self, cast

from hoheit._network_policy import NEEDS_ANNOTATION, Need, allow, describe

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pulumi_kubernetes.networking.v1 import (
        NetworkPolicyEgressRuleArgsDict,
        NetworkPolicyIngressRuleArgsDict,
        NetworkPolicyPeerArgsDict,
        NetworkPolicyPortArgsDict,
        NetworkPolicySpecArgsDict,
    )


@dataclass(frozen=True, kw_only=True)
class Neighbour:
    """A pod of the same namespace, whose name may not be known yet: selected by labels alone."""

    purpose: str
    labels: dict[str, str]
    port: int

    @property
    def peers(self) -> list[NetworkPolicyPeerArgsDict]:
        return [{"pod_selector": {"match_labels": self.labels}}]

    @property
    def ports(self) -> list[NetworkPolicyPortArgsDict]:
        return [{"port": self.port, "protocol": "TCP"}]

    def __str__(self) -> str:
        return f"{self.labels['app.kubernetes.io/name']} of this namespace"


@dataclass(frozen=True, kw_only=True)
class Policy:
    """A policy's spec, and the needs behind it as an annotation."""

    spec: NetworkPolicySpecArgsDict
    annotations: dict[str, str]

    @classmethod
    def of(
        cls,
        pods: dict[str, str],
        *,
        ingress: Sequence[Need] = (),
        egress: Sequence[Need] = (),
        from_: Sequence[Neighbour] = (),
        to: Sequence[Neighbour] = (),
    ) -> Self:
        """Return the policy that isolates ``pods`` but for these."""
        own = cast("dict[str, object]", allow(pods, ingress=ingress, egress=egress))
        rules_in: list[NetworkPolicyIngressRuleArgsDict] = [
            {"from_": one.peers, "ports": one.ports} for one in from_
        ]
        rules_out: list[NetworkPolicyEgressRuleArgsDict] = [
            {"to": one.peers, "ports": one.ports} for one in to
        ]
        told = [
            *describe(ingress, ()).splitlines(),
            *(f"from {one} to port {one.port}: {one.purpose}" for one in from_),
            *describe((), egress).splitlines(),
            *(f"to {one} port {one.port}: {one.purpose}" for one in to),
        ]
        spec: NetworkPolicySpecArgsDict = {
            "pod_selector": {"match_labels": pods},
            "policy_types": ["Ingress", "Egress"],
            "ingress": [*cast("list[NetworkPolicyIngressRuleArgsDict]", own["ingress"]), *rules_in],
            "egress": [*cast("list[NetworkPolicyEgressRuleArgsDict]", own["egress"]), *rules_out],
        }
        return cls(spec=spec, annotations={NEEDS_ANNOTATION: "\n".join(told)})
