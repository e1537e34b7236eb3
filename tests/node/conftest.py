"""Tests of this tier share one lab with a real node."""

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from hoheit_lab import lab as hoheit_lab
from hoheit_lab import node
from hoheit_lab.environment import full_environment
from hoheit_lab.node.images import push, write_image
from hoheit_lab.node.requirements import missing as lacking
from hoheit_lab.paths import StateDir
from hoheit_lab.toolchain import build
from support.environments import missing
from support.lab import Lab

BUSYBOX = Path("/bin/busybox")


@dataclass(frozen=True)
class RealLab(Lab):
    """A running lab with a real node."""

    tools: str = ""
    """Reference of an image with the one file `/busybox`, for pods that only try something."""


@pytest.fixture(scope="session")
def real_lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RealLab]:
    """A lab with a real node for the whole test run, taken down at its end."""
    state = StateDir.at(tmp_path_factory.mktemp("real-lab") / "state")
    require_node(state)
    try:
        hoheit_lab.up(state, real=True)
        yield RealLab(state, full_environment(state), tools=_push_tools(state))
    finally:
        hoheit_lab.down(state)


def require_node(state: StateDir) -> None:
    """Skip, or fail in CI, where this machine cannot be a node; the sentence says why."""
    if reason := lacking(state):
        missing(reason)
    if not BUSYBOX.exists():
        missing("busybox is missing: apt-get install busybox-static")


def _push_tools(state: StateDir) -> str:
    with tempfile.TemporaryDirectory() as scratch:
        write_image(BUSYBOX, Path(scratch))
        crane = build(["crane"])["crane"]
        return push(crane, Path(scratch), node.registry_port(state), "busybox")
