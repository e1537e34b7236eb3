"""Addresses of HTTP services: what is accepted, and the host and port in it."""

from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, StringConstraints

_PORTS = {"http": 80, "https": 443}
_LARGEST_PORT = 65535


def host_of(url: str) -> str:
    """Return the host name."""
    return urlsplit(url).hostname or ""


def port_of(url: str) -> int:
    """Return the TCP port, the scheme's own where none is written."""
    parts = urlsplit(url)
    return parts.port or _PORTS[parts.scheme]


def has_dots(path: str) -> bool:
    """Tell whether a part of ``path`` is ``.`` or ``..``, and so leads somewhere else."""
    return bool({".", ".."} & set(path.split("/")))


def _port_exists(url: str) -> str:
    digits = urlsplit(url).netloc.rpartition(":")[2]
    if digits.isdecimal() and not 0 < int(digits) <= _LARGEST_PORT:
        raise ValueError(f"port {digits} does not exist; 1 to {_LARGEST_PORT}")
    return url


_REST = r"://[A-Za-z0-9.-]+(:[0-9]{1,5})?(/[A-Za-z0-9._~/-]*)?$"
HttpsUrl = Annotated[str, StringConstraints(pattern=f"^https{_REST}"), AfterValidator(_port_exists)]
"""An ``https://`` URL with host, and port and path where needed; no query, no credentials."""
HttpUrl = Annotated[str, StringConstraints(pattern=f"^https?{_REST}"), AfterValidator(_port_exists)]
"""The same, or ``http://``."""
