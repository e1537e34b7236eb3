"""The processes of containers, as the host sees them."""

from __future__ import annotations

import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psutil
from hoheit_lab.node import tree
from hoheit_lab.node.layout import NodeLayout

if TYPE_CHECKING:
    from collections.abc import Callable

    from hoheit_lab.paths import StateDir

_LOOKS = 5
_BETWEEN_LOOKS_SECONDS = 0.5


def of_container(state: StateDir, status: dict[str, Any]) -> list[psutil.Process]:
    """Returns the processes of a running container, its first one first."""
    return _in_cgroup(state, status["containerID"].rpartition("/")[2])


def pause_of(state: StateDir, uid: str) -> psutil.Process:
    """Returns the process that holds the namespaces of a pod."""
    (pause,) = [each for each in _in_cgroup(state, f"pod{uid}") if each.name() == "pause"]
    return pause


def status_of(process: psutil.Process) -> dict[str, str]:
    """Returns what the kernel says of a process in `/proc/PID/status`."""
    lines = Path(f"/proc/{process.pid}/status").read_text().splitlines()
    return {name: value.strip() for name, _, value in (line.partition(":") for line in lines)}


def is_wrong(process: psutil.Process, wrong: Callable[[dict[str, str]], bool]) -> bool:
    """Says whether something is wrong with a process for longer than a moment.

    Before the program of a probe runs in a container, runc does, which is root and may do all.
    """
    with suppress(OSError):
        for _ in range(_LOOKS):
            if not wrong(status_of(process)):
                return False
            time.sleep(_BETWEEN_LOOKS_SECONDS)
        return True
    return False  # it has ended meanwhile


def seen_by(process: psutil.Process, path: str) -> Path:
    """Returns where the host finds what a process finds at a path."""
    return Path(f"/proc/{process.pid}/root{path}")


def _in_cgroup(state: StateDir, name: str) -> list[psutil.Process]:
    found: list[psutil.Process] = []
    for process in tree.inside(NodeLayout(state)):
        with suppress(OSError):
            if name in Path(f"/proc/{process.pid}/cgroup").read_text():
                found.append(process)
    return sorted(found, key=lambda each: each.create_time())
