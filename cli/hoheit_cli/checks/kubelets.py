"""Are the kubelets where the network rules let Prometheus look for them?"""

from __future__ import annotations

from ipaddress import ip_address
from typing import TYPE_CHECKING

from hoheit.kubelet_settings import KUBELET_PORT

from hoheit_cli.finding import Finding, Unread, differs, missing, ok
from hoheit_cli.objects import labels_of, list_at, mapping_at, name_of
from hoheit_cli.simulated import is_simulated

if TYPE_CHECKING:
    from hoheit import KubeletSettings

    from hoheit_cli.objects import Object

_PATH = "monitoring.kubelets"
_CIDRS = f"{_PATH}.cidrs"
_SELECTOR = f"{_PATH}.node_selector"


def check_kubelets(
    stated: KubeletSettings | Finding | None, nodes: list[Object] | Unread, *, wanted: bool
) -> list[Finding]:
    """Hold the stated kubelets against the nodes.

    Args:
        stated: What the stack file says; None where it says nothing, a finding where that is not
            understood.
        nodes: All nodes of the cluster.
        wanted: Whether there is monitoring of ours that could ask.
    """
    if not wanted:
        return []
    if isinstance(stated, Finding):
        return [stated]
    if isinstance(nodes, Unread):
        return [nodes.finding(_PATH)]
    if stated is None:
        return [_unstated(nodes)]
    return [_compared(stated, nodes)]


def _unstated(nodes: list[Object]) -> Finding:
    real = [_where(node) for node in nodes if not is_simulated(node)]
    seen = "not stated, so nobody is told that a volume gets full"
    return ok(_PATH, f"{seen}; they are {'; '.join(real) or 'none: no node is real'}")


def _compared(stated: KubeletSettings, nodes: list[Object]) -> Finding:
    asked = [node for node in nodes if stated.node_selector.items() <= labels_of(node).items()]
    if not asked:
        return missing(_SELECTOR, "no node has these labels", "state labels that nodes have")
    fake = [name_of(node) for node in asked if is_simulated(node)]
    if fake:
        seen = f"SIMULATED nodes have them, and no kubelet: {', '.join(fake)}"
        return differs(_SELECTOR, seen, "state labels that only other nodes have")
    return _covered(stated, asked)


def _covered(stated: KubeletSettings, asked: list[Object]) -> Finding:
    outside = [_where(node) for node in asked if not _is_covered(stated, node)]
    if not outside:
        return ok(_CIDRS, f"covers {'; '.join(map(_where, asked))}")
    return differs(
        _CIDRS,
        f"not covered: {'; '.join(outside)}",
        f"state ranges that hold every node; a rule opens port {KUBELET_PORT} only",
    )


def _is_covered(stated: KubeletSettings, node: Object) -> bool:
    address = _address(node)
    return (
        address is not None
        and _port(node) == KUBELET_PORT
        and any(ip_address(address) in cidr for cidr in stated.cidrs)
    )


def _where(node: Object) -> str:
    return f"{name_of(node)} at {_address(node) or 'no internal address'}, port {_port(node)}"


def _address(node: Object) -> str | None:
    """Return the address that Prometheus takes: the first internal one."""
    addresses = list_at(node, "status", "addresses")
    return next((one["address"] for one in addresses if one["type"] == "InternalIP"), None)


def _port(node: Object) -> int | None:
    return mapping_at(node, "status", "daemonEndpoints", "kubeletEndpoint").get("Port")
