"""Gives the node a cgroup of its own in every hierarchy of the host, v1 or v2."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from time import monotonic, sleep

from hoheit_lab.errors import LabError

from .mounts import mount_point

V1_CONTROLLERS = ("cpu", "cpuacct", "cpuset", "devices", "freezer", "memory", "pids")
V2_CONTROLLERS = ("cpu", "memory", "pids")
"""What kubelet and runc need."""

LEAF = "supervisor"
"""Where the node's own programs live in v2: a cgroup with children must not hold processes."""

REMOVAL_SECONDS = 10.0


@dataclass(frozen=True)
class Hierarchy:
    """One mounted cgroup hierarchy of the host."""

    mount: Path
    options: tuple[str, ...]
    """Controllers, or `name=systemd`, in v1; nothing in v2."""

    @property
    def unified(self) -> bool:
        """Says whether this is cgroup v2."""
        return not self.options

    @property
    def aliases(self) -> list[Path]:
        """Where programs look for a controller that shares its hierarchy with others."""
        names = [self.mount.with_name(option) for option in self.options if "=" not in option]
        return [name for name in names if name != self.mount]

    @property
    def mount_command(self) -> list[str]:
        """The command that mounts it in the node, where its own cgroup is the root."""
        if self.unified:
            return ["mount", "-t", "cgroup2", "cgroup2", str(self.mount)]
        named = self.options[0].startswith("name=")
        options = ",".join((*(("none",) if named else ()), *self.options))
        return ["mount", "-t", "cgroup", "-o", options, "cgroup", str(self.mount)]


def hierarchies(mountinfo: str) -> list[Hierarchy]:
    """Reads from `/proc/self/mountinfo` which hierarchies count: v2 alone, or those of v1.

    On a hybrid host v1 holds the controllers; v2 is mounted below and empty there.
    """
    v1: dict[tuple[str, ...], Hierarchy] = {}
    for line in mountinfo.splitlines():
        kind, _, super_options = line.partition(" - ")[2].split(" ", 2)
        mount = mount_point(line)
        if kind == "cgroup2" and mount == Path("/sys/fs/cgroup"):
            return [Hierarchy(mount, ())]
        if kind == "cgroup" and mount.parent == Path("/sys/fs/cgroup"):
            options = tuple(
                option
                for option in super_options.split(",")
                if option.startswith("name=") or option in _CONTROLLERS
            )
            v1.setdefault(options, Hierarchy(mount, options))
    return list(v1.values())


_CONTROLLERS = frozenset(
    (*V1_CONTROLLERS, "blkio", "hugetlb", "net_cls", "net_prio", "perf_event", "rdma", "misc")
)


def of_this_machine() -> list[Hierarchy]:
    """Returns the hierarchies that are mounted here."""
    return hierarchies(Path("/proc/self/mountinfo").read_text())


def is_unified(found: list[Hierarchy]) -> bool:
    """Says whether these are cgroup v2."""
    return len(found) == 1 and found[0].unified


def missing_controllers(found: list[Hierarchy], delegated: Callable[[Path], str]) -> list[str]:
    """Names the controllers that the node needs and these hierarchies lack.

    Args:
        found: The hierarchies.
        delegated: Reads what a v2 cgroup hands on to its children.
    """
    if is_unified(found):
        present = set(delegated(found[0].mount / "cgroup.subtree_control").split())
        return [name for name in V2_CONTROLLERS if name not in present]
    present = {option for hierarchy in found for option in hierarchy.options}
    return [name for name in V1_CONTROLLERS if name not in present]


def join(name: str) -> None:
    """Makes the node's cgroups and moves this process into them."""
    for hierarchy in of_this_machine():
        directory = hierarchy.mount / name
        directory.mkdir(exist_ok=True)
        if hierarchy.unified:
            (directory / LEAF).mkdir(exist_ok=True)
        if "cpuset" in hierarchy.options:
            # Empty in a new cgroup of v1, which then takes no process.
            for file in ("cpuset.cpus", "cpuset.mems"):
                (directory / file).write_text((hierarchy.mount / file).read_text())
        (directory / "cgroup.procs").write_text("0")


def move_to_leaf(name: str, processes: list[int]) -> None:
    """In v2, takes the node's first processes out of the cgroup that is to have children."""
    for hierarchy in of_this_machine():
        if hierarchy.unified:
            for process in processes:
                (hierarchy.mount / name / LEAF / "cgroup.procs").write_text(str(process))


def delegate(root: Path) -> None:
    """In the node, lets the children of the v2 root have all that the root has."""
    controllers = (root / "cgroup.controllers").read_text().split()
    (root / "cgroup.subtree_control").write_text(" ".join(f"+{name}" for name in controllers))


def remove(name: str) -> None:
    """Removes the node's cgroups; its processes are gone or just going."""
    deadline = monotonic() + REMOVAL_SECONDS
    for hierarchy in of_this_machine():
        directory = hierarchy.mount / name
        while directory.exists():
            for inner in sorted(directory.rglob("*/"), reverse=True):
                with suppress(OSError):
                    inner.rmdir()
            with suppress(OSError):
                directory.rmdir()
            if directory.exists() and monotonic() > deadline:
                raise LabError(f"{directory} still holds processes; end them and try again")
            sleep(0.02)
