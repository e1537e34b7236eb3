"""Hosts of URLs anywhere in a Kubernetes object, also where a program has to decode them: a net.

EGR-01 and NET-09 ask about the fields in which software looks for addresses. A URL stands in many
others: in a hook, a Secret, an annotation, or in Base64 where a plain one is expected.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from .hosts import hosts_in, is_private, written
from .texts import forms, texts_of
from .values import Gap

if TYPE_CHECKING:
    from .resource import Resource

_HOST_AND_PORT = re.compile(r"(?P<host>(?:[\w-]+\.)+[a-z]{2,}|\d+(?:\.\d+){3}):\d{1,5}", re.I)
_READ = re.compile(
    r"(?:[cC]ontainers\[\d+\]\.(?:args|command)\[\d+\]|env\[\d+\]\.value|externalName"
    r"|clientConfig\.url|/auth-url|/auth-signin|/mirror-target)$"
)
"""Ends of paths to what EGR-01 and NET-09 read as it stands."""
_READ_OF_CONFIG_MAPS = "data."
_EXPECTED = re.compile(r"(?i:ur[il]|host|server|endpoint|address)s?(?:\[\d+\])?$")
"""End of a path to something that is a host by its name."""


@dataclass(frozen=True, kw_only=True)
class NamedHost:
    """A host that a text names, or a gap where a host is expected."""

    path: str
    host: str | Gap


def named_hosts(resource: Resource) -> Iterator[NamedHost]:
    """Return the hosts in the texts of an object that other rules do not read."""
    for one in texts_of(resource):
        if isinstance(one.text, Gap):
            if _EXPECTED.search(one.path) and not _READ.search(one.path):
                yield NamedHost(path=one.path, host=one.text)
        elif not one.joined:
            for host in sorted(_hosts(resource, one.path, one.text)):
                yield NamedHost(path=one.path, host=host)


def _hosts(resource: Resource, path: str, text: str) -> set[str]:
    plain, *decoded = forms(text)
    found = set(_without_scheme(plain))
    for form in decoded if _is_read(resource, path) else (plain, *decoded):
        found |= {one.name for one in hosts_in(form)}
    return found


def _without_scheme(text: str) -> Iterator[str]:
    if text.startswith("//"):
        # Such a URL takes the scheme of the page or program around it.
        yield from (one.name for one in hosts_in(f"https:{text}"))
    # An option and its value may be one word, `--endpoint=host:port`.
    match = _HOST_AND_PORT.fullmatch(text.partition("=")[2] or text)
    if match and is_private(match["host"]) is not True:
        yield written(match["host"])


def _is_read(resource: Resource, path: str) -> bool:
    if resource.type.endswith(":ConfigMap") and path.startswith(_READ_OF_CONFIG_MAPS):
        return True
    return bool(_READ.search(path))
