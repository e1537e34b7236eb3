"""Pairs of proxies that join two networks over unix sockets, without a route between them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from .addresses import ADVERTISED_ADDRESS
from .containerd import REGISTRY_ADDRESS

LOOPBACK = "127.0.0.1"
API = "api.sock"
REGISTRY = "registry.sock"

_CONNECTIONS = 2000
_IDLE = "24h"
"""Watches and streams of logs may say nothing for long."""


@dataclass(frozen=True)
class Relay:
    """Connections that are handed on, byte by byte."""

    listens: Sequence[str]
    target: str


def on_host(api_port: int, registry_port: int) -> dict[str, Relay]:
    """What the proxy on the host relays: the node asks for the API server, we for the registry."""
    return {
        "api": Relay((f"unix@{API} mode 600",), f"{LOOPBACK}:{api_port}"),
        "registry": Relay((f"{LOOPBACK}:{registry_port}",), f"unix@{REGISTRY}"),
    }


def in_node(api_port: int) -> dict[str, Relay]:
    """What the proxy in the node relays; the API server has two addresses there.

    On loopback it has the port that it has on the host, so that one kubeconfig serves both. The
    other address is what the API server says of itself, and pods can reach.
    """
    listens = tuple(f"{address}:{api_port}" for address in (LOOPBACK, ADVERTISED_ADDRESS))
    return {
        "api": Relay(listens, f"unix@{API}"),
        "registry": Relay((f"unix@{REGISTRY} mode 600",), REGISTRY_ADDRESS),
    }


def haproxy_config(relays: Mapping[str, Relay]) -> str:
    """Renders HAProxy's configuration; socket names are relative to its working directory."""
    lines = [
        "global",
        f"  maxconn {_CONNECTIONS}",
        "defaults",
        "  mode tcp",
        "  timeout connect 5s",
        f"  timeout client {_IDLE}",
        f"  timeout server {_IDLE}",
    ]
    for name, relay in relays.items():
        lines.append(f"listen {name}")
        lines.extend(f"  bind {address}" for address in relay.listens)
        lines.append(f"  server {name} {relay.target}")
    return "".join(f"{line}\n" for line in lines)
