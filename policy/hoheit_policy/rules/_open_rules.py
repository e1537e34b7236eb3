"""Rules of a NetworkPolicy that let everybody pass, and so undo a default deny."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import IPv4Network, IPv6Network, collapse_addresses, ip_network
from typing import Any

from hoheit_policy.values import Gap, at, list_at, map_at, text_at

_LAST_PORT = 65535


def opens(spec: Any) -> bool | Gap:
    """Tell whether a rule allows every port to or from everybody; a gap where none can tell."""
    gap: Gap | None = None
    for direction, peers in (("ingress", "from"), ("egress", "to")):
        rules = list_at(spec, direction)
        for rule in rules if isinstance(rules, list) else []:
            if not isinstance(rule, Gap) and _every_port(rule):
                found = _everybody(rule, peers)
                if found is True:
                    return True
                gap = found or gap
    return gap or False


def _every_port(rule: Any) -> bool:
    if _no_entries(at(rule, "ports")):
        return True
    ports = list_at(rule, "ports")
    return isinstance(ports, list) and any(_is_every_port(entry) for entry in ports)


def _is_every_port(entry: Any) -> bool:
    """Tell whether an entry names a protocol at most, or a range that holds every port."""
    first, last = at(entry, "port"), at(entry, "endPort")
    if first is Gap.MISSING:
        return True
    numbers = isinstance(first, int | float) and isinstance(last, int | float)
    return numbers and first <= 1 and last >= _LAST_PORT


def _everybody(rule: Any, field: str) -> bool | Gap:
    if _no_entries(at(rule, field)):
        return True
    peers = list_at(rule, field)
    if isinstance(peers, Gap):
        return peers
    if any(_is_every_pod(peer) for peer in peers):
        return True
    return _is_the_world([text_at(peer, "ipBlock", "cidr") for peer in peers])


def _is_every_pod(peer: Any) -> bool:
    """Tell whether a peer selects every namespace, and no pods in particular."""
    if map_at(peer, "namespaceSelector") is Gap.MISSING:
        return False
    return _selects_all(peer, "namespaceSelector") and _selects_all(peer, "podSelector")


def _selects_all(peer: Any, selector: str) -> bool:
    given = map_at(peer, selector)
    if isinstance(given, Gap):
        return given is Gap.MISSING
    return given.get("matchLabels") in (None, {}) and given.get("matchExpressions") in (None, [])


def _is_the_world(cidrs: list[str | Gap]) -> bool | Gap:
    """Tell whether ranges, also halves of it, are the internet; exceptions leave the rest open."""
    try:
        networks = [ip_network(cidr, strict=False) for cidr in _texts(cidrs)]
    except ValueError:
        return Gap.WRONG
    fours = collapse_addresses(one for one in networks if isinstance(one, IPv4Network))
    sixes = collapse_addresses(one for one in networks if isinstance(one, IPv6Network))
    return any(one.prefixlen == 0 for one in (*fours, *sixes))


def _texts(cidrs: list[str | Gap]) -> Iterator[str]:
    return (cidr for cidr in cidrs if isinstance(cidr, str))


def _no_entries(value: Any) -> bool:
    return value is Gap.MISSING or value == []
