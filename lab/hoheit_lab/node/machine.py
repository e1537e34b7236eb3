"""Programs that the machine itself brings."""

import os
import shutil
from collections.abc import Sequence

from hoheit_lab.errors import LabError

PROGRAMS = {
    "containerd": "containerd",
    "containerd-shim-runc-v2": "containerd",
    "runc": "runc",
    "haproxy": "haproxy",
    "ip": "iproute2",
    "nft": "nftables",
    "nsenter": "util-linux",
    "unshare": "util-linux",
    "mount": "mount",
    "mkfs.ext4": "e2fsprogs",
}
"""Program, and the Debian package that brings it."""

_SYSTEM = ("/usr/local/sbin", "/usr/sbin", "/sbin", "/usr/bin", "/bin")
"""Not on the PATH of every shell."""


def search_path() -> str:
    """Returns where programs of the machine are looked for."""
    return os.pathsep.join([os.environ.get("PATH", ""), *_SYSTEM])


def find(name: str) -> str | None:
    """Returns the path of a program, if the machine has it."""
    return shutil.which(name, path=search_path())


def missing() -> list[str]:
    """Names the packages that bring what this machine lacks."""
    return sorted({package for name, package in PROGRAMS.items() if find(name) is None})


def environment() -> dict[str, str]:
    """Returns the environment of the node: nothing of the user's but where programs are."""
    return {"PATH": search_path(), "LANG": "C.UTF-8", "HOME": "/run", "TMPDIR": "/run"}


def install_command(packages: Sequence[str]) -> str:
    """Returns what to type on Debian and its kin."""
    return f"apt-get install --no-install-recommends {' '.join(packages)}"


def required(name: str) -> str:
    """Returns the path of a program that the machine must have."""
    if path := find(name):
        return path
    raise LabError(f"there is no {name}; on Debian: {install_command([PROGRAMS[name]])}")
