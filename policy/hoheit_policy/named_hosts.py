"""Hosts that anything in a Kubernetes object names, in whatever field and encoding: a net.

EGR-01 asks about the fields in which software looks for addresses. A host stands in many others: a
probe, a hook, the DNS of a pod, the addresses of an EndpointSlice, a Secret.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from hoheit_facts import service_at

from .hosts import hosts_in, is_private, written
from .kubernetes import containers_of
from .leaves import leaves_in
from .values import Gap, list_at, text_at

if TYPE_CHECKING:
    from .resource import Resource

_NAME = re.compile(r"(?<![\w.@-])(?:[\w-]+\.)+[a-z]{2,}(?![\w-])", re.IGNORECASE)
_HOST_AND_PORT = re.compile(r"(?P<host>(?:[\w-]+\.)+[a-z]{2,}|\d+(?:\.\d+){3}):\d{1,5}")
_FOR_A_HOST = re.compile(r"(?:^|_)(?:HOST|HOSTNAME|ENDPOINT|SERVER|PROXY|ADDRESS|DOMAIN|SITE)$")
"""Variables that hold a host by their name."""
_ADDRESS = re.compile(
    r"(?:nameservers\[\d+\]|hostAliases\[\d+\]\.ip|addresses\[\d+\](?:\.ip)?"
    r"|(?:httpGet|tcpSocket)\.host|nfs\.server|targetPortal)$"
)
"""End of a path to an address that a pod, a Service or a volume uses."""
_EXPECTED = re.compile(r"(?i:ur[il]|host|server|endpoint|address)s?(?:\[\d+\])?$")
"""End of a path to something that is a host by its name."""
_ENCODED = re.compile(r"[A-Za-z0-9+/]{16,}={0,2}")
_BINARY = re.compile(r"^(?:items\[\d+\]\.)?(?:data|binaryData)\.")
_SKIPPED = frozenset({"labels", "matchLabels", "description"})


@dataclass(frozen=True, kw_only=True)
class NamedHost:
    """A host that a text names."""

    path: str
    host: str
    how: str
    """In which form it stands there."""


def unread_hosts(resource: Resource) -> Iterator[tuple[str, Gap]]:
    """Return the paths at which a host is expected and nothing can be read."""
    for path, value in leaves_in(resource.inputs, skipped=_SKIPPED):
        if not isinstance(value, str) and _EXPECTED.search(path):
            yield path, value if isinstance(value, Gap) else Gap.WRONG


def named_hosts(resource: Resource) -> Iterator[NamedHost]:
    """Return the hosts that the texts of a Kubernetes object name, in every form that is read."""
    for path, value in leaves_in(resource.inputs, skipped=_SKIPPED):
        if not isinstance(value, str):
            continue
        for text, how in _readings(path, value):
            for host in sorted(_in_text(text)):
                yield NamedHost(path=path, host=host, how=how)
        if _ADDRESS.search(path) and is_private(value) is not True:
            yield NamedHost(path=path, host=written(value), how="address")
    yield from _by_variables(resource)


def _readings(path: str, text: str) -> Iterator[tuple[str, str]]:
    """Return a text as it stands and as a program may decode it."""
    yield text, "text"
    if "%" in text:
        yield unquote(text), "percent-encoded"
    if (_BINARY.match(path) or _ENCODED.fullmatch(text)) and (plain := _decoded(text)):
        yield plain, "base64"


def _decoded(text: str) -> str | None:
    try:
        return base64.b64decode(text, validate=True).decode()
    except (binascii.Error, UnicodeDecodeError, ValueError):
        return None


def _in_text(text: str) -> set[str]:
    """Return hosts of URLs, hosts with a port, and services that are known wherever they stand."""
    found = {one.name for one in hosts_in(text)}
    # A URL without a scheme takes that of the page or program around it.
    found |= {one.name for one in hosts_in(f"https:{text}")} if text.startswith("//") else set()
    match = _HOST_AND_PORT.fullmatch(text)
    if match and is_private(match["host"]) is not True:
        found.add(written(match["host"]))
    return found | {written(name) for name in _NAME.findall(text) if service_at(written(name))}


def _by_variables(resource: Resource) -> Iterator[NamedHost]:
    for path, name, value in variables_of(resource):
        if _FOR_A_HOST.search(name.upper()) and isinstance(value, str) and _NAME.fullmatch(value):
            yield NamedHost(path=path, host=written(value), how="host by its variable")


def variables_of(resource: Resource) -> Iterator[tuple[str, str, Any]]:
    """Return path, name and value of every variable that a container is given directly."""
    for container in containers_of(resource):
        entries = list_at(container.body, "env")
        for index, entry in enumerate([] if isinstance(entries, Gap) else entries):
            name = text_at(entry, "name")
            if isinstance(name, str):
                path = f"{container.path}.env[{index}].value"
                yield path, name, text_at(entry, "value")
