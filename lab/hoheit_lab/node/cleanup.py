"""Takes away what a node had on the host, however it ended."""

from pathlib import Path

from hoheit_lab.ending import end

from . import cgroups, tree
from .commands import run
from .layout import NodeLayout

GRACE_SECONDS = 2.0


def clear(layout: NodeLayout) -> int:
    """Removes processes, link and cgroups; mounts and network ended with PID 1.

    Returns:
        How many processes were ended.
    """
    if first := tree.pid_one(layout):
        end([first], 0)
    beside = tree.outside(layout)
    end(beside, GRACE_SECONDS)
    if Path("/sys/class/net", layout.link).exists():
        run(["ip", "link", "delete", layout.link], "removing the link to the node")
    cgroups.remove(layout.cgroup)
    layout.fingerprint.unlink(missing_ok=True)
    return len(beside)
