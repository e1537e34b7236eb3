"""The node's processes, recognised by what they are: PID 1 of a namespace, with our files."""

from contextlib import suppress
from pathlib import Path

import psutil

from .launching import BOOT, INIT, host_proxy_arguments, supervisor_arguments
from .layout import NodeLayout

_SHIM = "containerd-shim"
"""Shims are children of PID 1 as well, and have the environment of containerd."""


def pid_one(layout: NodeLayout) -> psutil.Process | None:
    """Returns the node's PID 1, as the host sees it; nothing if the node does not run."""
    return next((each for each in _ours(layout) if _is_pid_one(each)), None)


def outside(layout: NodeLayout) -> list[psutil.Process]:
    """Returns what stands by the node on the host: its parent and the host's proxy."""
    within = {each.pid for each in inside(layout)}
    return [each for each in _ours(layout) if each.pid not in within]


def host_proxy(layout: NodeLayout) -> psutil.Process | None:
    """Returns the proxy that runs on the host."""
    words = host_proxy_arguments(layout)
    return next((each for each in _ours(layout) if each.info["cmdline"][1:] == words), None)


def services(layout: NodeLayout) -> dict[str, psutil.Process]:
    """Returns the programs that Supervisor runs, by name."""
    found: dict[str, psutil.Process] = {}
    if (first := pid_one(layout)) is None:
        return found
    for child in first.children():
        with suppress(psutil.NoSuchProcess):
            name = child.environ().get("SUPERVISOR_PROCESS_NAME")
            if name and not child.name().startswith(_SHIM):
                found[name] = child
    return found


def inside(layout: NodeLayout) -> list[psutil.Process]:
    """Returns every process in the node, PID 1 first; nothing if the node does not run."""
    first = pid_one(layout)
    return [first, *first.children(recursive=True)] if first else []


def _ours(layout: NodeLayout) -> list[psutil.Process]:
    """Finds processes by their whole arguments: a pager that shows one of the files is not ours."""
    lasting = (supervisor_arguments(layout), host_proxy_arguments(layout))
    state = str(layout.state.root)
    found: list[psutil.Process] = []
    for process in psutil.process_iter(["cmdline"]):
        words: list[str] = process.info["cmdline"] or []
        if words[1:] in lasting or (_BOOTING & set(words) and state in words):
            found.append(process)
    return found


_BOOTING = {BOOT, INIT}


def _is_pid_one(process: psutil.Process) -> bool:
    """Asks the kernel: its numbers in all namespaces that see it, the innermost last."""
    with suppress(OSError):
        for line in Path(f"/proc/{process.pid}/status").read_text().splitlines():
            if line.startswith("NSpid:"):
                numbers = line.split()[1:]
                return len(numbers) > 1 and numbers[-1] == "1"
    return False
