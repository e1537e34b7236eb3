"""The one cluster that a stand-in may touch is on this machine."""

import ipaddress
import socket
from urllib.parse import urlsplit

from hoheit_lab.providers.errors import ProviderError

_WAY_OUT = (
    "the lab's stand-in for the Kubernetes provider only talks to a control plane on loopback;"
    " install the official pulumi-resource-kubernetes plugin to reach another cluster"
)


def require_loopback(server: str) -> None:
    """Refuse an API server that any address of its host places on another machine."""
    parts = urlsplit(server)
    host = parts.hostname
    if parts.scheme not in {"http", "https"} or not host:
        raise ProviderError(f"the kubeconfig's server {server!r} is not a URL of an API server")
    if not all(ipaddress.ip_address(address).is_loopback for address in _addresses(host)):
        raise ProviderError(f"the kubeconfig's server {server} is not on this machine: {_WAY_OUT}")


def refuse_proxy(proxy: str) -> None:
    """Refuse a proxy, behind which a loopback address is somebody else's."""
    raise ProviderError(f"the kubeconfig asks for the proxy {proxy}: {_WAY_OUT}")


def _addresses(host: str) -> set[str]:
    try:
        found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except OSError as error:
        raise ProviderError(
            f"the kubeconfig's server host {host} does not resolve ({error.strerror}): {_WAY_OUT}"
        ) from error
    return {str(address[4][0]).partition("%")[0] for address in found}
