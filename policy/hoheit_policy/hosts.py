"""Hosts in texts, and which of them lie inside a cluster."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from typing import Any
from unicodedata import normalize

_URL = re.compile(
    r"\b(?P<scheme>[a-z][a-z0-9+]*)://(?:[^\s/\\?#\"'<>]*@)?"
    r"(?P<host>\[[0-9a-f:.]+\]|[^\s/\\?#\"'<>:,;|()\[\]`]+)(?::(?P<port>[0-9]{1,5}))?",
    re.IGNORECASE,
)
_VARIABLE = re.compile(r"[${}%*]")
DOTS = str.maketrans({"\u3002": "."})
"""The ideographic full stop, which separates labels of a name as well (RFC 5895)."""
BUILT = re.compile(r"\b[a-z][a-z0-9+]*://[^\s/\"']*[${%\\]", re.IGNORECASE)
BROKEN = re.compile(r"://[^/?#\s]*[\t\r\n][^/?#\s]*@")
"""A login in front of the host with a white space that some readers leave out, others stop at."""
IS_HOST = re.compile(r"(?:host|hostname|endpoint|ur[il]|addr|address|server|target)s?$", re.I)
"""Ends of names of variables and annotations that hold a host, in any case."""
BARE = re.compile(r"^[^\s/:@=,]+\.[^\s/:@=,]+(?::\d+)?(?:/[^\s]*)?$")
"""A host without a scheme, or a number such as a version."""
NO_NUMBER = re.compile(r"^(?:[^/]*[a-z]|\d+(?:\.\d+){3}(?:[:/]|$))", re.I)
NAMES_NO_HOST = ("s3", "gs", "file", "pvc", "oci", "hf", "runs", "models", "mlflow-artifacts")
"""Schemes whose first part is a bucket, a path or a claim."""
_PORTS = {"https": 443, "http": 80, "grpcs": 443, "wss": 443, "ws": 80}
INTERNAL = (".svc", ".cluster.local", ".localhost")
PRIVATE = tuple(
    ip_network(cidr)
    for cidr in ("10.0.0.0/8", "100.64.0.0/10", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7")
)
"""RFC 1918, RFC 6598 and RFC 4193; ``is_private`` of Python also takes halves of the internet."""


@dataclass(frozen=True, kw_only=True)
class Host:
    """A host that a text names, with its port where that is known."""

    name: str
    port: int | None


def hosts_in(text: str) -> Iterator[Host]:
    """Return the host of every literal URL in a text."""
    for match in _URL.finditer(text):
        scheme = match["scheme"].lower()
        if scheme not in NAMES_NO_HOST and not _VARIABLE.search(match["host"]):
            port = int(match["port"]) if match["port"] else _PORTS.get(scheme)
            yield Host(name=written(match["host"]), port=port)


def as_url(name: Any, text: Any) -> Any:
    """Return a value whose name says that it is a host as a URL, and any other as it is."""
    if not isinstance(name, str) or not isinstance(text, str) or not IS_HOST.search(name):
        return text
    return f"https://{text}" if BARE.fullmatch(text) and NO_NUMBER.search(text) else text


def written(host: str) -> str:
    """Return a host as a resolver reads it, whatever letters and dots it is written with."""
    return normalize("NFKC", host).translate(DOTS).lower().strip("[]").rstrip(".")


def builds_a_host(text: str) -> bool:
    """Tell whether the host of a URL is not visible: put together, or read in different ways."""
    return bool(BUILT.search(text) or BROKEN.search(text))


def is_internal(host: str, domains: Iterable[str] = ()) -> bool:
    """Tell whether a host is of the cluster itself: a Service, or the pod's own loopback.

    ``domains`` are the domain suffixes of Services, where they are not ``cluster.local``.
    """
    if any(host.endswith(f".svc.{written(domain)}") for domain in domains):
        return True
    try:
        address = ip_address(host)
    except ValueError:
        # A number is an address that a C library reads, `http://134744072` for example.
        return not host[:1].isdigit() and ("." not in host or host.endswith(INTERNAL))
    return address.is_loopback or address.is_unspecified


def is_private(cidr: str) -> bool | None:
    """Tell whether a range lies in private networks; None where it is no range."""
    try:
        network = ip_network(cidr, strict=False)
    except ValueError:
        return None
    return any(_inside(network, private) for private in PRIVATE)


def _inside(inner: IPv4Network | IPv6Network, outer: IPv4Network | IPv6Network) -> bool:
    if isinstance(inner, IPv4Network) and isinstance(outer, IPv4Network):
        return inner.subnet_of(outer)
    if isinstance(inner, IPv6Network) and isinstance(outer, IPv6Network):
        return inner.subnet_of(outer)
    return False
