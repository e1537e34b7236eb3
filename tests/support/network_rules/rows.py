"""One line of a table of connections, and what two tables say differently."""

from collections.abc import Iterable, Mapping, Sequence
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    collapse_addresses,
    ip_address,
    ip_network,
)
from typing import Any, NamedTuple

Network = IPv4Network | IPv6Network
Address = IPv4Address | IPv6Address
_OLD, _NEW = "0.0.0.0/0", "::/0"
_EXCEPT = " except "


class Row(NamedTuple):
    """One allowed connection. Pods are `namespace/workload`, everything else is address ranges."""

    source: str
    destination: str
    protocol: str
    port: str

    def __str__(self) -> str:
        return f"{self.source} -> {self.destination} {self.protocol} {self.port}"


class Rows:
    """A table under construction: ranges of one connection become one text, however cut up."""

    def __init__(self) -> None:
        self._pods: set[Row] = set()
        self._ranges: dict[Row, list[Network]] = {}

    def between(self, source: str, destination: str, protocol: str, port: str) -> None:
        """Add a connection of two pods."""
        self._pods.add(Row(source, destination, protocol, port))

    def outward(self, source: str, networks: Iterable[Network], protocol: str, port: str) -> None:
        """Add a connection to addresses."""
        self._ranges.setdefault(Row(source, "", protocol, port), []).extend(networks)

    def inward(self, networks: Iterable[Network], pod: str, protocol: str, port: str) -> None:
        """Add a connection from addresses."""
        self._ranges.setdefault(Row("", pod, protocol, port), []).extend(networks)

    def table(self) -> set[Row]:
        """Return every row."""
        found = set(self._pods)
        for row, networks in self._ranges.items():
            text = collapsed(networks)
            found.add(row._replace(source=row.source or text, destination=row.destination or text))
        return found


def collapsed(networks: Iterable[Network]) -> str:
    """Return the ranges as text that depends on nothing but the addresses in them."""
    every = list(networks)
    old = list(collapse_addresses(one for one in every if isinstance(one, IPv4Network)))
    new = list(collapse_addresses(one for one in every if isinstance(one, IPv6Network)))
    told = [_shorter(found, ip_network(whole)) for found, whole in ((old, _OLD), (new, _NEW))]
    return ", ".join(filter(None, told))


def without(network: Network, hole: Network) -> list[Network]:
    """Return what is left of a range."""
    if not network.overlaps(hole):
        return [network]
    return list(network.address_exclude(hole)) if hole.subnet_of(network) else []


def ranges(peer: Mapping[str, Any]) -> list[Network]:
    """Return the ranges of a peer without those that it excepts, each as few as there can be."""
    found: list[Network] = [ip_network(cidr) for cidr in peer.get("cidrs", [])]
    for hole in map(ip_network, peer.get("except_cidrs", [])):
        found = [part for network in found for part in without(network, hole)]
    return list(collapse_addresses(found))


def holds(text: str, address: str) -> bool:
    """Whether ranges, as told in a table, hold an address."""
    inside, _, excepted = text.partition(_EXCEPT)
    return _any_holds(inside, address) and not _any_holds(excepted, address)


def _shorter(found: Sequence[Network], whole: Network) -> str:
    """Return ranges one by one, or the few that are missing from all."""
    rest = [whole]
    for network in found:
        rest = [part for one in rest for part in without(one, network)]
    holes = sorted(collapse_addresses(rest))
    if len(found) <= len(holes) + 1:
        return ", ".join(map(str, found))
    return f"{whole}{_EXCEPT}{', '.join(map(str, holes))}"


def _any_holds(text: str, address: str) -> bool:
    networks = [ip_network(part) for part in text.split(", ") if part]
    return any(ip_address(address) in network for network in networks)


def differences(allowed: set[Row], declared: set[Row]) -> str:
    """Return one line for each row that only one of the two tables has."""
    lines = [f"allowed, and nobody declared it: {row}" for row in sorted(allowed - declared)]
    lines += [f"declared, and not allowed: {row}" for row in sorted(declared - allowed)]
    return "\n".join(lines)
