"""PID 1 of the node: `python -m hoheit_lab.node.init STATE ADDRESS`.

Prepares mounts and network, then becomes Supervisor.
"""

import os
import socket
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from hoheit_lab.paths import StateDir

from . import cgroups, mounts, network
from .launching import GO, supervisor_arguments
from .layout import NODE_NAME, NodeLayout


def main(state: str, address: str) -> None:
    """Waits for the lab's word, prepares the node and becomes its supervisor."""
    if sys.stdin.readline() != GO:
        sys.exit("the lab ended before the node was ready to start")
    layout = NodeLayout(StateDir.at(state))
    hierarchies = cgroups.of_this_machine()
    of_the_host = mounts.read_only(mounts.visible(Path("/proc/self/mountinfo").read_text()), layout)
    socket.sethostname(NODE_NAME)
    for words in (*mounts.commands(layout), *of_the_host):
        run(words)
    for name, value in mounts.SYSCTLS.items():
        mounts.sysctl_file(name).write_text(f"{value}\n")
        run(mounts.sysctl_command(name))
    _mount_cgroups(hierarchies)
    # Pods may ask to see later mounts of the node, and need something that hands them on.
    run(["mount", "--make-rshared", "/"])
    for words in network.node_commands(address):
        run(words)
    cni = Path("/run/cni/net.d/lab.conflist")
    cni.parent.mkdir(parents=True)
    cni.write_text(network.cni_conflist())
    os.chdir(layout.logs)
    words = [sys.executable, *supervisor_arguments(layout)]
    os.execv(words[0], words)  # noqa: S606 - becoming it is what this is for


def _mount_cgroups(hierarchies: Sequence[cgroups.Hierarchy]) -> None:
    for hierarchy in hierarchies:
        hierarchy.mount.mkdir(exist_ok=True)
        run(hierarchy.mount_command)
        for name in hierarchy.aliases:  # of controllers that share a hierarchy
            name.symlink_to(hierarchy.mount.name)
        if hierarchy.unified:
            cgroups.delegate(hierarchy.mount)


def run(words: Sequence[str]) -> None:
    """Runs one command and ends with its reason if it fails; the log is our standard error."""
    done = subprocess.run(  # noqa: S603 - our own argument list
        words, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        sys.exit(f"{' '.join(words)}: {done.stderr.strip() or done.returncode}")


if __name__ == "__main__":
    main(*sys.argv[1:])
