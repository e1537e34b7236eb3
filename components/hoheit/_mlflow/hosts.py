"""By which names MLflow may be called, and from which pages a browser may change something.

MLflow accepts private addresses only as long as nobody sets a list, compares names with their
port, and refuses a change by a browser whose page it was not told of: its own page among them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .gateway import API_PORT, LOCAL_HOST

if TYPE_CHECKING:
    from collections.abc import Sequence

ANY = "*"


def service_hosts(service: str, namespace: str, domain: str) -> list[str]:
    """Return every name of a Service that resolves inside the cluster, shortest first."""
    names = [service, f"{service}.{namespace}", f"{service}.{namespace}.svc"]
    return [f"{name}:{API_PORT}" for name in (*names, f"{service}.{namespace}.svc.{domain}")]


def allowed_hosts(service_hosts: Sequence[str], further: Sequence[str]) -> str:
    """Return what MLflow takes as allowed hosts: the Service, a port-forward, and ``further``."""
    if ANY in further:
        return ANY
    local = (LOCAL_HOST, f"127.0.0.1:{API_PORT}")
    return ",".join([*service_hosts, *local, *further])


def allowed_origins(
    service_hosts: Sequence[str], further: Sequence[str], origins: Sequence[str]
) -> str:
    """Return what MLflow takes as allowed origins: its own pages, and those of ``origins``.

    A host outside the cluster is reached through somebody who ends TLS, so its page is https.
    """
    if ANY in further:
        return ANY
    own = [f"http://{host}" for host in service_hosts] + [f"https://{host}" for host in further]
    return ",".join(dict.fromkeys([*own, *origins]))
