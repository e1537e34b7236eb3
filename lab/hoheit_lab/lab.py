"""What the commands do: bring a lab up, take it down, say how it is."""

from dataclasses import dataclass
from pathlib import Path

from . import cluster
from .deploy import Deployment
from .ending import end, engine_processes
from .environment import ensure_passphrase
from .errors import LabError
from .locks import exclusive
from .paths import StateDir
from .plugins import Engine, choose_engine, chosen_engine, official_pulumi
from .projects import Project
from .toolchain import CLUSTER_PROGRAMS, build

GRACE_SECONDS = 3.0
"""Time for a pulumi that somebody runs in the lab to write down where it is."""


@dataclass(frozen=True)
class Status:
    """How a lab is."""

    healthy: bool
    engine: Engine


def up(state: StateDir) -> Engine:
    """Brings the lab up: tool chain, control plane, Pulumi. What is there already stays."""
    with exclusive(state.lock, f"the lab in {state.root}"):
        state.create()
        ensure_passphrase(state)
        build(needed_programs())
        engine = choose_engine(state)
        cluster.start(state)
    return engine


def needed_programs() -> list[str]:
    """Names what a lab on this machine has to build: no pulumi where the official one is."""
    return [*CLUSTER_PROGRAMS, *([] if official_pulumi() else ["pulumi"])]


def down(state: StateDir) -> int:
    """Ends every process of the lab and deletes its directory; the cache stays.

    Returns:
        How many processes were ended.
    """
    with (
        exclusive(state.deploy_lock, f"deploying into the lab in {state.root}"),
        exclusive(state.lock, f"the lab in {state.root}"),
    ):
        engines = engine_processes(state)
        end(engines, GRACE_SECONDS)
        ended = cluster.stop(state)
        state.delete()
    return len(engines) + ended


def deploy(state: StateDir, directory: Path, stack: str) -> Project:
    """Brings one stack of the Pulumi project in `directory` up in the lab.

    Returns:
        The project.
    """
    if not status(state).healthy:
        raise LabError("the lab's control plane is not running; `hoheit-lab up` brings it back")
    deployment = Deployment.of(state, directory, stack)
    deployment.run()
    return deployment.project


def status(state: StateDir) -> Status:
    """Looks at the lab without changing anything."""
    if not state.is_ours():
        raise LabError(f"there is no lab in {state.root}; start it with `hoheit-lab up`")
    return Status(healthy=cluster.is_healthy(state), engine=chosen_engine(state))
