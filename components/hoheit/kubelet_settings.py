"""Whom a monitoring stack asks how full volumes are."""

from ipaddress import IPv4Network, IPv6Network
from typing import Self

from pydantic import Field, model_validator

from ._args import Args, DnsLabel, Labels
from .network import check_not_everybody

KUBELET_PORT = 10250
"""Where a kubelet serves its API (Kubernetes documentation, Ports and Protocols). Prometheus asks
at the port that a Node object names; the network rules open this one."""


class KubeletSettings(Args):
    """The kubelets of the cluster, which measure every volume that a pod has mounted."""

    cidrs: tuple[IPv4Network | IPv6Network, ...] = Field(min_length=1)
    """Addresses of the nodes, for the network rules: ``kubectl get nodes -o wide`` shows those of
    today, a subnet holds those of tomorrow."""
    node_selector: Labels = Field(default_factory=dict)
    """Labels of the nodes that are asked; all nodes where empty."""
    namespaces: tuple[DnsLabel, ...] = ()
    """Namespaces of the claims whose volumes are told about; those of the whole cluster where
    empty. A kubelet tells of all, and what is not named here is dropped before it is stored."""
    verify_certificates: bool = True
    """Whether a kubelet has to show a certificate of the cluster's authority. With false anybody
    who answers at a node's address gets the token of Prometheus' account."""

    @model_validator(mode="after")
    def _nodes_are_somewhere(self) -> Self:
        check_not_everybody(
            "cidrs",
            self.cidrs,
            "name the nodes' subnet or addresses, which `hoheit doctor` prints where kubelets is "
            "left out",
        )
        return self
