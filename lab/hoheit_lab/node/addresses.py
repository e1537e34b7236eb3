"""Addresses of the node's network, which has no way out."""

import ipaddress
from collections.abc import Iterable
from dataclasses import dataclass

from hoheit_lab.cluster.config import ADVERTISED_ADDRESS, SERVICE_CIDR
from hoheit_lab.errors import LabError

POD_CIDR = "10.129.0.0/16"
"""Pods on the real node; those on simulated ones have addresses in 10.128.0.0/16."""

CLUSTER_DNS = "10.96.0.10"
"""Where every pod looks for names: the Service of CoreDNS."""

CLUSTER_DOMAIN = "cluster.local"
"""What the names of all Services end in."""

LINKS = ipaddress.ip_network("198.51.100.0/24")
"""Links between hosts and nodes: addresses for documentation (RFC 5737), routed by nobody."""

__all__ = [
    "ADVERTISED_ADDRESS",
    "CLUSTER_DNS",
    "CLUSTER_DOMAIN",
    "POD_CIDR",
    "SERVICE_CIDR",
    "Link",
    "choose_link",
]


@dataclass(frozen=True)
class Link:
    """The two ends of the link between host and node."""

    host: str
    node: str
    """Where the API server finds the kubelet."""

    PREFIX = 30


def choose_link(preference: str, used: Iterable[str]) -> Link:
    """Picks two addresses that nobody on this host uses, the same ones each time if they are free.

    Args:
        preference: A hexadecimal number that is the node's own.
        used: The IPv4 addresses of this host.
    """
    taken = {ipaddress.ip_address(address) for address in used}
    subnets = list(LINKS.subnets(new_prefix=Link.PREFIX))
    first = int(preference, 16) % len(subnets)
    for subnet in (*subnets[first:], *subnets[:first]):
        if not any(address in subnet for address in taken):
            return Link(host=str(subnet[1]), node=str(subnet[2]))
    raise LabError(f"all of {LINKS} is in use on this host; `hoheit-lab down` frees what a lab has")
