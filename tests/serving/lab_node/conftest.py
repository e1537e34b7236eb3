"""Programs of the lab's real node as processes, each by itself."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING

import pytest
from hoheit_lab.errors import LabError
from hoheit_lab.toolchain import build
from support.environments import missing
from support.lab import lab

__all__ = ["lab"]

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="session")
def programs() -> dict[str, Path]:
    try:
        return build(["pause", "registry", "crane", "coredns"])
    except LabError as error:
        missing(f"the programs of the node could not be built: {error}")
        raise


@pytest.fixture
def ports() -> list[int]:
    """Ports on loopback that nobody uses."""
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(4)]
    found = [one.getsockname()[1] for one in sockets]
    for one in sockets:
        one.close()
    return found
