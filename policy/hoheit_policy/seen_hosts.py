"""Hosts that the resources of a stack name, wherever they name them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from .images import read_image
from .kubernetes import containers_of, objects_of
from .recipients import recipients_of
from .registered import COMPONENT
from .values import Gap, at, list_at, text_at

if TYPE_CHECKING:
    from .resource import Resource
    from .view import View

_WORD = re.compile(r"[\w.-]+(?:/[0-9]+)?")
_NOT_ASKED = (COMPONENT, "pulumi:pulumi:")
"""A register does not confirm itself."""


@dataclass(frozen=True, kw_only=True)
class SeenHosts:
    """Every word that may be a host, ports that lead out, and what could not be read."""

    words: frozenset[str]
    by_port: frozenset[str]
    """Registered hosts for which a NetworkPolicy leads out at a port that no other one has; their
    names may stand in a Secret alone."""
    gaps: frozenset[Gap]

    def has(self, host: str) -> bool:
        """Tell whether a resource names a host, an address or a range, or a rule leads to it."""
        name = host.lower().rstrip(".")
        return name in self.words or name in self.by_port


def seen_hosts(view: View) -> SeenHosts:
    """Return the hosts that resources name, and those that keep Pulumi's state and its key."""
    declared = (view.declarations.state, view.declarations.secrets_provider)
    words = {word for one in declared if one for word in _words(one.model_dump_json())}
    gaps: set[Gap] = set()
    for resource in view.resources:
        if resource.type.startswith(_NOT_ASKED):
            continue
        for value in _values(resource.inputs):
            if isinstance(value, Gap):
                gaps.add(value)
            else:
                words.update(_words(value))
        for container in containers_of(resource):
            reference = text_at(container.body, "image")
            image = read_image(reference) if isinstance(reference, str) else None
            if image is not None:
                words.add(image.registry.partition(":")[0])
    by_port = frozenset(_hosts_by_port(view))
    return SeenHosts(words=frozenset(words), by_port=by_port, gaps=frozenset(gaps))


def _hosts_by_port(view: View) -> Iterator[str]:
    open_ports = {port for resource in view.resources for port in _ports_out(resource)}
    contacts = recipients_of(view).contacts
    for port in open_ports:
        hosts = {one.host for one in contacts if one.port == port}
        if len(hosts) == 1:
            yield from hosts


def _ports_out(resource: Resource) -> Iterator[int]:
    """Return the ports at which NetworkPolicies of a resource lead to addresses."""
    for found in objects_of(resource):
        rules = list_at(found.body, "spec", "egress") if found.kind == "NetworkPolicy" else []
        for rule in rules if isinstance(rules, list) else []:
            peers, ports = list_at(rule, "to"), list_at(rule, "ports")
            leads_out = isinstance(peers, list) and any(
                isinstance(text_at(peer, "ipBlock", "cidr"), str) for peer in peers
            )
            for entry in ports if leads_out and isinstance(ports, list) else []:
                port = at(entry, "port")
                if isinstance(port, int | float):
                    yield int(port)


def _values(tree: Any) -> Iterator[str | Gap]:
    if isinstance(tree, str | Gap):
        yield tree
    elif isinstance(tree, dict):
        for inner in cast("dict[str, Any]", tree).values():
            yield from _values(inner)
    elif isinstance(tree, list):
        for inner in cast("list[Any]", tree):
            yield from _values(inner)


def _words(text: str) -> Iterator[str]:
    for match in _WORD.finditer(text.lower()):
        word = match[0].rstrip(".")
        yield word
        yield word.partition("/")[0]
