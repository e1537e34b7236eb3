"""The node's network: pods, Services, and one link that only the API server uses."""

import json
from typing import Any

from .addresses import ADVERTISED_ADDRESS, POD_CIDR, SERVICE_CIDR, Link

NODE_END = "eth0"
"""Name of the node's end of the link to the host."""


def cni_config() -> dict[str, Any]:
    """Returns how pods get their network: a link each, routed by the node.

    No bridge, so no bridge netfilter has to be switched on. Leases lie in `/run`: a node that
    lost its power has no pods left to hold one.
    """
    return {
        "cniVersion": "1.0.0",
        "name": "lab",
        "plugins": [
            {
                "type": "ptp",
                "ipam": {
                    "type": "host-local",
                    "dataDir": "/run/cni/leases",
                    "ranges": [[{"subnet": POD_CIDR}]],
                    "routes": [{"dst": "0.0.0.0/0"}],
                },
            },
            {"type": "portmap", "capabilities": {"portMappings": True}, "backend": "nftables"},
        ],
    }


def host_commands(link: str, addresses: Link, node: int) -> list[list[str]]:
    """Returns what makes the link, run on the host.

    Args:
        link: Name of the host's end.
        addresses: Of both ends.
        node: Process id of the node's PID 1.
    """
    peer = ["peer", "name", NODE_END, "netns", str(node)]
    return [
        ["ip", "link", "add", link, "type", "veth", *peer],
        ["ip", "addr", "add", f"{addresses.host}/{Link.PREFIX}", "dev", link],
        ["ip", "link", "set", link, "up"],
    ]


def node_commands(node_address: str) -> list[list[str]]:
    """Returns what brings up the network of the node, run in it."""
    return [
        ["ip", "link", "set", "lo", "up"],
        ["ip", "addr", "add", f"{ADVERTISED_ADDRESS}/32", "dev", "lo"],
        ["ip", "addr", "add", f"{node_address}/{Link.PREFIX}", "dev", NODE_END],
        # Before the link is up, so that there is no moment without it.
        ["nft", _ONLY_ANSWERS],
        ["ip", "link", "set", NODE_END, "up"],
        # There is no default route, so the node's own programs need one to reach Services.
        ["ip", "route", "add", SERVICE_CIDR, "dev", "lo", "src", ADVERTISED_ADDRESS],
    ]


_ONLY_ANSWERS = f"""
table inet hoheit-lab {{
  chain from-node {{
    type filter hook output priority 0;
    oifname "{NODE_END}" ct state != {{ established, related }} drop
  }}
  chain from-pods {{
    type filter hook forward priority 0;
    oifname "{NODE_END}" drop
    iifname "{NODE_END}" drop
  }}
}}
"""
"""Over the link the node answers the API server and begins nothing; pods have no part in it."""


def cni_conflist() -> str:
    """Renders the file that containerd reads."""
    return json.dumps(cni_config(), indent=2)
