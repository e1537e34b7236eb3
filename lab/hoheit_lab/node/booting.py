"""Starts the node's first process, from the host, and waits until its programs run."""

import subprocess
from pathlib import Path
from time import monotonic, sleep

import psutil

from hoheit_lab.console import heartbeat
from hoheit_lab.errors import LabError

from . import cgroups, machine, network, tree
from .commands import run
from .launching import GO, boot_command
from .layout import NodeLayout
from .rendering import Plan

BOOT_SECONDS = 30.0


def boot(plan: Plan) -> None:
    """Starts PID 1, links its network to the host's, and lets it go on.

    Until then it waits for our word, and ends if we end.

    Args:
        plan: The node, stopped, with its files written.
    """
    layout = plan.layout
    log = layout.logs / "boot.log"
    with log.open("w") as output:
        parent = subprocess.Popen(  # noqa: S603 - our own argument list
            boot_command(layout.state.root, plan.link.node),
            cwd="/",
            env=machine.environment(),
            stdin=subprocess.PIPE,
            stdout=output,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
    first = _wait_for_pid_one(layout, parent, log)
    cgroups.move_to_leaf(layout.cgroup, [parent.pid, first.pid])
    for words in network.host_commands(layout.link, plan.link, first.pid):
        run(words, "linking host and node")
    if parent.stdin is None:
        raise LabError("the node has no standard input")
    with parent.stdin as word:
        word.write(GO)
    _wait_for_services(plan, parent, log)


def _wait_for_pid_one(
    layout: NodeLayout, parent: subprocess.Popen[str], log: Path
) -> psutil.Process:
    deadline = monotonic() + BOOT_SECONDS
    while True:
        if first := tree.pid_one(layout):
            return first
        _check(parent, log, deadline)
        sleep(0.02)


def _wait_for_services(plan: Plan, parent: subprocess.Popen[str], log: Path) -> None:
    deadline = monotonic() + BOOT_SECONDS
    with heartbeat("starting the real node"):
        while not tree.services(plan.layout).keys() >= plan.services().keys():
            _check(parent, log, deadline)
            sleep(0.1)


def _check(parent: subprocess.Popen[str], log: Path, deadline: float) -> None:
    if parent.poll() is not None or monotonic() > deadline:
        lines = log.read_text(errors="replace").strip().splitlines() or ["it gave no reason"]
        raise LabError(f"the real node did not start: {lines[-1]} (its logs: {log.parent})")
