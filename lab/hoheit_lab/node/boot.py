"""Runs on the host and becomes the node: `python -m hoheit_lab.node.boot STATE ADDRESS`."""

import os
import sys

from hoheit_lab.paths import StateDir

from . import cgroups
from .launching import init_command
from .layout import NodeLayout


def main(state: str, address: str) -> None:
    """Joins the node's cgroups and leaves the host's namespaces behind."""
    layout = NodeLayout(StateDir.at(state))
    cgroups.join(layout.cgroup)
    words = init_command(layout.state.root, address)
    os.execvp(words[0], words)  # noqa: S606 - becoming it is what this is for


if __name__ == "__main__":
    main(*sys.argv[1:])
