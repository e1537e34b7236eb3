"""What the node sees of the host's files: everything to read, nothing to change.

Kubelet and containerd write to places that are fixed in their code. In the node these are its own,
so nothing on the host has to be cleaned up, or guarded.
"""

import os
import re
from pathlib import Path

from .layout import NodeLayout

SYSCTLS = {
    "kernel/keys/root_maxbytes": 25000000,
    "kernel/keys/root_maxkeys": 1000000,
    "kernel/panic": 10,
    "kernel/panic_on_oops": 1,
    "vm/overcommit_memory": 1,
    "vm/panic_on_oom": 0,
}
"""What the kubelet sets for the whole host; in the node it finds them set (kubelet 1.37:
pkg/kubelet/cm/container_manager_linux.go, `setupKernelTunables`)."""

UNUSABLE = (Path("/run"), Path("/var/lib"), Path("/var/log"), Path("/proc"), Path("/sys"))
"""The node has its own there, so a lab's state directory cannot be below."""


def commands(layout: NodeLayout) -> list[list[str]]:
    """Returns the mounts, in order; `/run` is empty before, and lasts as long as the power."""
    state = str(layout.state.root)
    return [
        _tmpfs("/run"),
        ["mkdir", "-p", "/run/var-lib/upper", "/run/var-lib/work", "/run/proc", "/run/sysctls"],
        ["mount", "--rbind", state, state],
        ["mount", "-o", "remount,bind,ro", "/"],
        [
            *("mount", "-t", "overlay", "-o"),
            "lowerdir=/var/lib,upperdir=/run/var-lib/upper,workdir=/run/var-lib/work",
            *("overlay", "/var/lib"),
        ],
        _tmpfs("/var/log"),
        ["mount", "-t", "proc", "proc", "/proc"],
        ["mount", "-t", "proc", "proc", "/run/proc"],
        ["mount", "--bind", "/proc/sys", "/proc/sys"],
        ["mount", "-o", "remount,bind,ro", "/proc/sys"],
        # Settings of the network belong to the node's own.
        ["mount", "--bind", "/run/proc/sys/net", "/proc/sys/net"],
        ["mount", "-t", "sysfs", "sysfs", "/sys"],
        _tmpfs("/sys/fs/cgroup"),
    ]


def read_only(mountinfo: str, layout: NodeLayout) -> list[list[str]]:
    """Returns what makes the host's other file systems, such as `/home`, read-only like its root.

    Args:
        mountinfo: Lines of `/proc/self/mountinfo`, before the node mounts anything.
        layout: The node, which writes its state and devices.
    """
    own = (layout.state.root, Path("/dev"), *UNUSABLE)
    return [
        ["mount", "-o", "remount,bind,ro", str(place)]
        for place in map(mount_point, mountinfo.splitlines())
        if place != Path("/") and not any(map(place.is_relative_to, own))
    ]


def visible(mountinfo: str) -> str:
    """Keeps the lines of mounts that a path leads to: one that another hides takes no change."""
    lines = mountinfo.splitlines(keepends=True)
    return "".join(line for line in lines if _mount_at(mount_point(line)) == line.split(" ")[0])


def _mount_at(place: Path) -> str | None:
    """Asks the kernel for the number of the mount that a path leads to."""
    try:
        handle = os.open(place, os.O_PATH)
    except OSError:
        return None
    try:
        said = Path(f"/proc/self/fdinfo/{handle}").read_text()
    finally:
        os.close(handle)
    return dict(line.split(":\t") for line in said.splitlines())["mnt_id"]


def mount_point(line: str) -> Path:
    """Returns the place that a line of `/proc/self/mountinfo` is about."""
    escaped = line.split(" ")[4]
    return Path(re.sub(r"\\(\d{3})", lambda code: chr(int(code[1], 8)), escaped))


def sysctl_command(name: str) -> list[str]:
    """Returns the command that shows a setting as the kubelet wants it."""
    return ["mount", "--bind", str(sysctl_file(name)), f"/proc/sys/{name}"]


def sysctl_file(name: str) -> Path:
    """Returns the file that stands in for the setting."""
    return Path("/run/sysctls") / name.replace("/", ".")


def _tmpfs(target: str) -> list[str]:
    return ["mount", "-t", "tmpfs", "-o", "mode=755", "tmpfs", target]
