"""What the commands do: bring a lab up, take it down, say how it is."""

from dataclasses import dataclass, replace
from pathlib import Path

from . import cluster, node
from .deploy import Deployment
from .ending import end, engine_processes
from .environment import ensure_passphrase
from .errors import LabError
from .locks import exclusive
from .node.requirements import FEW_PODS, Room, missing
from .paths import StateDir
from .plugins import Engine, choose_engine, chosen_engine, official_pulumi
from .projects import Project
from .toolchain import CLUSTER_PROGRAMS, build

GRACE_SECONDS = 3.0
"""Time for a pulumi that somebody runs in the lab to write down where it is."""


@dataclass(frozen=True)
class Status:
    """How a lab is."""

    control_plane: bool
    """Whether it runs."""
    engine: Engine
    node: bool | None = None
    """Whether the real node runs; nothing if the lab has none."""
    lacking: str | None = None
    """What keeps this machine from being the real node that was asked for."""

    @property
    def healthy(self) -> bool:
        """Whether the control plane runs, and the real node if the lab has one."""
        return self.control_plane and self.node is not False


def up(state: StateDir, *, real: bool = False, room: Room = FEW_PODS) -> Status:
    """Brings the lab up: tool chain, control plane, Pulumi. What is there already stays.

    Args:
        state: The lab.
        real: Whether it is to have a real node; a lab that has one keeps it anyway. On a machine
            that cannot be one, the lab comes up without, and the answer says why.
        room: What must be free before a real node starts.
    """
    with exclusive(state.lock, f"the lab in {state.root}"):
        state.create()
        ensure_passphrase(state)
        build(needed_programs())
        choose_engine(state)
        wanted = real or node.is_wanted(state)
        # A node that runs has shown that it can, and uses the very memory that is asked for.
        lacking = missing(state, room) if wanted and not node.processes(state) else None
        cluster.start(state, real=wanted and not lacking)
        if wanted and not lacking:
            node.start(state)
    return replace(status(state), lacking=lacking)


def needed_programs() -> list[str]:
    """Names what a lab on this machine has to build: no pulumi where the official one is."""
    return [*CLUSTER_PROGRAMS, *([] if official_pulumi() else ["pulumi"])]


def down(state: StateDir) -> int:
    """Ends every process of the lab and deletes its directory; the cache stays.

    Returns:
        How many processes were ended.
    """
    state.check()
    with (
        exclusive(state.deploy_lock, f"deploying into the lab in {state.root}"),
        exclusive(state.lock, f"the lab in {state.root}"),
    ):
        engines = engine_processes(state)
        end(engines, GRACE_SECONDS)
        ended = node.stop(state) + cluster.stop(state)
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
    state.check()
    if not state.is_ours():
        raise LabError(f"there is no lab in {state.root}; start it with `hoheit-lab up`")
    runs = node.is_running(state) if node.is_wanted(state) else None
    return Status(cluster.is_healthy(state), chosen_engine(state), runs)
