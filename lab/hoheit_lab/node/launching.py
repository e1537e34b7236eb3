"""How the processes of a node that the host knows are started, and recognised again."""

import sys
from pathlib import Path

from .layout import NodeLayout

# The order matters: a cgroup namespace begins where the process is at that moment.
NAMESPACES = ("--mount", "--net", "--ipc", "--uts", "--cgroup", "--pid")

BOOT = "hoheit_lab.node.boot"
"""Runs on the host and becomes `unshare`."""
INIT = "hoheit_lab.node.init"
"""Runs in the node and becomes Supervisor."""

GO = "go\n"
"""What the lab writes to the node once the link to the host is there."""


def boot_command(state: Path, address: str) -> list[str]:
    """Returns the command that starts a node, to be run on the host."""
    return [sys.executable, "-m", BOOT, str(state), address]


def init_command(state: Path, address: str) -> list[str]:
    """Returns the command of the node's PID 1, in namespaces of its own.

    `unshare` stays beside it on the host. Whichever of the two is killed, the other ends too.
    """
    inner = [sys.executable, "-m", INIT, str(state), address]
    return ["unshare", *NAMESPACES, "--fork", "--kill-child", *inner]


def supervisor_arguments(layout: NodeLayout) -> list[str]:
    """Returns what Python is told so that it becomes Supervisor, the last that PID 1 becomes."""
    return ["-m", "supervisor.supervisord", "-c", str(layout.supervisor_config)]


def host_proxy_arguments(layout: NodeLayout) -> list[str]:
    """Returns what HAProxy is told on the host."""
    return ["-db", "-f", str(layout.host_proxy_config)]
