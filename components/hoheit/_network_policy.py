"""NetworkPolicy specs from declared needs: default deny, and one rule for each need."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pulumi_kubernetes.networking.v1 import (
        NetworkPolicyPeerArgsDict,
        NetworkPolicyPortArgsDict,
        NetworkPolicySpecArgsDict,
    )

    from .network import ClusterNetwork, Peer

DNS_PORT = 53
NEEDS_ANNOTATION = "hoheit/allows"
"""Says, beside the rules, which need each of them serves."""


@dataclass(frozen=True, kw_only=True)
class Need:
    """Somebody to talk to, and why."""

    purpose: str
    peer: Peer
    port: int
    protocols: tuple[str, ...] = ("TCP",)

    @property
    def pod_port(self) -> int:
        """The port that a policy sees."""
        return self.peer.port or self.port


def name_service(network: ClusterNetwork) -> Need:
    """Return the need for DNS, on UDP and on TCP: long answers come over TCP."""
    return Need(purpose="DNS", peer=network.dns, port=DNS_PORT, protocols=("UDP", "TCP"))


def default_deny() -> NetworkPolicySpecArgsDict:
    """Return a policy that isolates every pod of a namespace in both directions."""
    return {"pod_selector": {}, "policy_types": ["Ingress", "Egress"]}


def allow(
    pods: dict[str, str], *, ingress: Sequence[Need] = (), egress: Sequence[Need] = ()
) -> NetworkPolicySpecArgsDict:
    """Return a policy that isolates ``pods`` but for their declared needs."""
    return {
        "pod_selector": {"match_labels": pods},
        "policy_types": ["Ingress", "Egress"],
        "ingress": [{"from_": _peers(need.peer), "ports": _ports(need)} for need in ingress],
        "egress": [{"to": _peers(need.peer), "ports": _ports(need)} for need in egress],
    }


def describe(ingress: Sequence[Need], egress: Sequence[Need]) -> str:
    """Return the needs as text, in the order of the rules."""
    lines = [f"from {_who(need.peer)} to port {need.pod_port}: {need.purpose}" for need in ingress]
    lines += [f"to {_who(need.peer)} port {need.pod_port}: {need.purpose}" for need in egress]
    return "\n".join(lines)


def _peers(peer: Peer) -> list[NetworkPolicyPeerArgsDict]:
    if peer.namespace:
        return [
            {
                "namespace_selector": {
                    "match_labels": {"kubernetes.io/metadata.name": peer.namespace}
                },
                "pod_selector": {"match_labels": peer.pod_labels},
            }
        ]
    return [
        {"ip_block": {"cidr": str(cidr), "except_": [str(hole) for hole in peer.holes_in(cidr)]}}
        for cidr in peer.cidrs
    ]


def _ports(need: Need) -> list[NetworkPolicyPortArgsDict]:
    return [{"port": need.pod_port, "protocol": protocol} for protocol in need.protocols]


def _who(peer: Peer) -> str:
    if peer.namespace:
        labels = ",".join(f"{key}={value}" for key, value in sorted(peer.pod_labels.items()))
        return f"pods {labels or '(all)'} in namespace {peer.namespace}"
    ranges = ", ".join(str(cidr) for cidr in peer.cidrs)
    holes = ", ".join(str(hole) for hole in peer.except_cidrs)
    return f"{ranges} except {holes}" if holes else ranges
