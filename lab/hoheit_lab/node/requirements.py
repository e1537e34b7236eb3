"""What a machine must have to be a real node, asked of the machine itself."""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil

from hoheit_lab.paths import StateDir

from . import cgroups, machine, mounts
from .launching import NAMESPACES

_MIB = 2**20


@dataclass(frozen=True)
class Room:
    """What of a machine must be free for a node and for what will run on it.

    The defaults are for a few small pods; a stack needs more. Measured as docs/lab.md says.
    """

    memory_mib: int = 1024
    """The node itself takes 240 MiB."""
    disk_mib: int = 2048
    """For images, volumes and logs; the node itself takes 231 MiB."""


FEW_PODS = Room()


def missing(state: StateDir, room: Room = FEW_PODS) -> str | None:
    """Says in one sentence what keeps this machine from being a real node, and the way out.

    Args:
        state: The lab.
        room: What must be free.

    Returns:
        The first thing that is missing; nothing if the machine can be a node.
    """
    checks: tuple[Callable[[StateDir], str | None], ...] = (
        _linux_and_root,
        _place,
        _programs,
        _control_groups,
        _namespaces,
        _overlay,
        _links,
        _packet_filter,
        lambda _: _memory(room.memory_mib),
        lambda state: _disk(state, room.disk_mib),
    )
    return next((sentence for check in checks if (sentence := check(state))), None)


def _linux_and_root(_: StateDir) -> str | None:
    if sys.platform != "linux":
        return "a real node needs Linux, and this is another system"
    if os.geteuid() != 0:
        return "a real node needs root: run the same command as root (sudo)"
    return None


def _place(state: StateDir) -> str | None:
    for place in mounts.UNUSABLE:
        if state.root.is_relative_to(place):
            return (
                f"the state directory {state.root} lies below {place}, which a node has for "
                "itself: choose another with --state"
            )
    return None


def _programs(_: StateDir) -> str | None:
    if packages := machine.missing():
        return f"a real node needs {_list(packages)}: {machine.install_command(packages)}"
    return None


def _control_groups(_: StateDir) -> str | None:
    found = cgroups.of_this_machine()
    lacking = cgroups.missing_controllers(found, Path.read_text)
    if not lacking:
        return _read_only(found)
    if cgroups.is_unified(found):
        given = " ".join(f"+{name}" for name in lacking)
        return (
            f"cgroup v2 does not hand on {_list(lacking)}: "
            f"echo '{given}' > {found[0].mount}/cgroup.subtree_control"
        )
    return (
        f"no cgroup hierarchy with {_list(lacking)} is mounted below /sys/fs/cgroup: boot with "
        "cgroup v2, or mount those of v1 (Debian: apt-get install cgroupfs-mount)"
    )


def _read_only(found: Sequence[cgroups.Hierarchy]) -> str | None:
    refused = [each.mount for each in found if not os.access(each.mount, os.W_OK)]
    if refused:
        return (
            f"cgroups cannot be made below {refused[0]}: in a container, give it all "
            "privileges, for example docker run --privileged"
        )
    return None


def _namespaces(_: StateDir) -> str | None:
    if said := _fails(["unshare", *NAMESPACES, "--fork", "true"]):
        return (
            f"this machine makes no new namespaces ({said}): in a container, give it all "
            "privileges, for example docker run --privileged"
        )
    return None


def _overlay(state: StateDir) -> str | None:
    state.root.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=state.root, prefix=".overlay-") as scratch:
        for name in ("lower", "upper", "work", "merged"):
            Path(scratch, name).mkdir()
        layers = f"lowerdir={scratch}/lower,upperdir={scratch}/upper,workdir={scratch}/work"
        mount = ["mount", "-t", "overlay", "-o", layers, "overlay", f"{scratch}/merged"]
        said = _fails(["unshare", "--mount", *mount])
    if said:
        return (
            f"no overlay file system can lie on the disk of {state.root} ({said}): load it with "
            "modprobe overlay, or choose a directory on ext4 or xfs with --state"
        )
    return None


def _links(_: StateDir) -> str | None:
    pair = ("probe0", "type", "veth", "peer", "name", "probe1")
    if said := _fails(["unshare", "--net", "ip", "link", "add", *pair]):
        return f"the kernel has no links between networks ({said}): modprobe veth"
    return None


def _packet_filter(_: StateDir) -> str | None:
    chain = "type nat hook postrouting priority 0; masquerade"
    rules = f"table ip lab {{ chain nat {{ {chain}; }}; }}"
    if said := _fails(["unshare", "--net", "nft", rules]):
        return f"the kernel has no nf_tables with NAT ({said}): modprobe nf_tables nft_masq"
    return None


def _memory(needed: int) -> str | None:
    free = psutil.virtual_memory().available // _MIB
    if free < needed:
        return (
            f"a real node and what is to run on it need {needed} MiB of memory, and {free} MiB "
            "are free: end what takes the rest"
        )
    return None


def _disk(state: StateDir, needed: int) -> str | None:
    free = shutil.disk_usage(state.root).free // _MIB
    if free < needed:
        return (
            f"a real node and what is to run on it need {needed} MiB of disk, and {state.root} has "
            f"{free} left: make room, or choose another place with --state"
        )
    return None


def _fails(words: Sequence[str]) -> str | None:
    """Runs a command; says what it complained of, if it failed."""
    done = subprocess.run(  # noqa: S603 - our own argument list
        words,
        env=machine.environment(),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode == 0:
        return None
    return (done.stderr.strip().splitlines() or [f"status {done.returncode}"])[-1]


def _list(names: Sequence[str]) -> str:
    *others, last = names
    return f"{', '.join(others)} and {last}" if others else last
