"""The real router between real gateways, over two doubles of vLLM."""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING

import pytest
from hoheit._gateway import API_PORT, HEALTH_PORT, METRICS_PORT
from serving.gateway.conftest import haproxy
from serving.router.dns_double import DnsDouble
from serving.router.pods import RouterProcesses, ServerPod, router_pod, server_pod, settings
from support import environments
from support.ports import free_ports

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

__all__ = ["haproxy"]

ADDRESSES = ("127.0.0.2", "127.0.0.3")
"""Of two pods: one port, two addresses."""


@pytest.fixture(scope="session")
def router_environment() -> Path:
    return environments.synced("router")


@pytest.fixture
def ports() -> dict[int, int]:
    """The ports of a server pod, and the free ones in their place."""
    return dict(zip((API_PORT, METRICS_PORT, HEALTH_PORT), free_ports(3), strict=True))


@pytest.fixture
def dns() -> Iterator[DnsDouble]:
    double = DnsDouble()
    double.start()
    yield double
    double.stop()


@pytest.fixture
def servers(haproxy: str, dns: DnsDouble, ports: dict[int, int]) -> Iterator[list[ServerPod]]:
    with ExitStack() as stack:
        pods = [stack.enter_context(server_pod(haproxy, one, ports)) for one in ADDRESSES]
        dns.addresses = [pod.address for pod in pods]
        yield pods


@pytest.fixture
def start_router(
    haproxy: str,
    router_environment: Path,
    dns: DnsDouble,
    ports: dict[int, int],
) -> Iterator[Callable[..., RouterProcesses]]:
    with ExitStack() as stack:

        def _start(**changes: object) -> RouterProcesses:
            asked = settings(**changes)
            return stack.enter_context(router_pod(haproxy, router_environment, dns, ports, asked))

        yield _start


@pytest.fixture
def router(
    servers: list[ServerPod],  # noqa: ARG001 - they are there first
    start_router: Callable[..., RouterProcesses],
) -> RouterProcesses:
    return start_router()
