"""Entry point: `python -m hoheit_lab.node.storage --state DIR`, in the node's mount namespace."""

import argparse
from http.client import HTTPException
from time import sleep

from hoheit_lab.cluster import api_of
from hoheit_lab.console import say
from hoheit_lab.errors import LabError
from hoheit_lab.node.layout import NODE_NAME, NodeLayout
from hoheit_lab.node.storage.directories import Directories
from hoheit_lab.node.storage.provisioner import Provisioner
from hoheit_lab.paths import StateDir

_PAUSE_SECONDS = 1.0


def main() -> None:
    """Serves claims until it is ended; between two rounds there is nothing to lose."""
    parser = argparse.ArgumentParser(prog="hoheit_lab.node.storage", description=__doc__)
    parser.add_argument("--state", required=True, help="the lab's state directory")
    parser.add_argument("--node", default=NODE_NAME, help="the Node object of this node")
    arguments = parser.parse_args()
    state = StateDir.at(arguments.state)
    directories = Directories(NodeLayout(state).volumes)
    provisioner = Provisioner(api_of(state), arguments.node, directories)
    said = ""
    while True:
        try:
            provisioner.round()
            problem = ""
        except (LabError, OSError, HTTPException) as failure:  # the API server comes back
            problem = f"cannot serve claims now: {failure}"
        if problem and problem != said:
            say(problem)
        said = problem
        sleep(_PAUSE_SECONDS)


main()
