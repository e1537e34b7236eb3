"""One container of a pod as a process of this machine, with the container's own paths.

`bubblewrap` makes it a file system of its own, read-only but for the pod's volumes, and process 1
of its own process namespace; it has the user that the pod names, and no capability. What the image
would bring comes from this machine, below the same names: the programs, on PATH.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from serving.vllm.network import PodNetwork

HOSTNAME = "pod"


@dataclass(frozen=True)
class Mount:
    source: Path
    target: str
    is_writable: bool


@dataclass(frozen=True)
class Image:
    """The programs of an image, where they lie on this machine."""

    folders: tuple[Path, ...] = ()
    """Environments that the container sees, read-only, beside this machine's /usr."""

    @property
    def path(self) -> str:
        return ":".join([*(f"{one}/bin" for one in self.folders), "/usr/sbin", "/usr/bin"])


@dataclass(frozen=True)
class Start:
    """Everything that decides how a container starts."""

    name: str
    command: Sequence[str]
    image: Image
    environment: Mapping[str, str]
    mounts: Sequence[Mount]
    user: int
    folder: Path
    """Takes the log, and the few files of ``/etc`` that the kubelet or the image writes."""
    network: PodNetwork | None
    """None: this machine's own."""

    @property
    def variables(self) -> dict[str, str]:
        return {"PATH": self.image.path, **self.environment}


@dataclass(frozen=True)
class Process:
    """A running container."""

    start: Start
    bwrap: subprocess.Popen[bytes]
    pid: int
    """Process 1 of the container, as this machine numbers it."""
    log_file: Path

    @property
    def log(self) -> str:
        return self.log_file.read_text(errors="replace")

    @property
    def is_running(self) -> bool:
        return self.bwrap.poll() is None

    def tail(self, lines: int = 200) -> str:
        end = "\n".join(self.log.splitlines()[-lines:])
        return f"{self.start.name}, exit status {self.bwrap.poll()}:\n{end}"

    def signal(self, number: signal.Signals) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.pid, number)

    def wait(self, seconds: float) -> int:
        """Return the exit status; one above 128 tells the signal."""
        return self.bwrap.wait(seconds)

    def has_ended(self, seconds: float) -> bool:
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.wait(seconds)
        return not self.is_running

    def execute(self, command: Sequence[str], seconds: float) -> subprocess.CompletedProcess[str]:
        """Run a command inside, as an exec probe does: same user, files, network, environment.

        Raises:
            subprocess.TimeoutExpired: It was killed at its time limit.
        """
        into = ["nsenter", f"--target={self.pid}", "--mount", "--pid", "--net", "--ipc", "--uts"]
        variables = [f"{name}={value}" for name, value in self.start.variables.items()]
        return subprocess.run(
            [
                *(*into, "--root", "--wd", "--"),
                *_unprivileged(self.start.user),
                *("env", "-i", *variables, *command),
            ],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=seconds,
            check=False,
        )


@contextlib.contextmanager
def running(start: Start) -> Iterator[Process]:
    """Run a container for as long as this lasts."""
    status_read, status_write = os.pipe()
    outside = ["nsenter", f"--net={start.network.namespace}", "--"] if start.network else []
    log_file = start.folder / f"{start.name}.log"
    with log_file.open("ab") as log:
        bwrap = subprocess.Popen(
            [
                *outside,
                *_sandbox(start, status_write),
                *_unprivileged(start.user),
                *start.command,
            ],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            pass_fds=[status_write],
        )
    os.close(status_write)
    with os.fdopen(status_read) as status:
        first = status.readline()
        assert first, f"{start.name} did not start: {log_file.read_text()}"
        process = Process(start, bwrap, json.loads(first)["child-pid"], log_file)
        try:
            yield process
        finally:
            process.signal(signal.SIGKILL)
            bwrap.wait()


def _sandbox(start: Start, status: int) -> list[str]:
    arguments = ["bwrap", "--unshare-pid", "--unshare-ipc", "--unshare-uts", "--as-pid-1"]
    arguments += ["--hostname", HOSTNAME, "--json-status-fd", str(status)]
    # To change the user inside; the user then has none of them.
    for capability in ("CAP_SETUID", "CAP_SETGID", "CAP_SETPCAP"):
        arguments += ["--cap-add", capability]
    arguments += ["--ro-bind", "/usr", "/usr", "--tmpfs", "/usr/local"]
    for link in ("bin", "lib", "lib64", "sbin"):
        arguments += ["--symlink", f"usr/{link}", f"/{link}"]
    arguments += ["--proc", "/proc", "--dev", "/dev", "--ro-bind", "/sys", "/sys"]
    # Programs last: a test may have installed them below /tmp, where a pod has a volume.
    for mount in [*_etc(start), *start.mounts, *_of_this_machine(start.image)]:
        for parent in reversed(PurePosixPath(mount.target).parents[:-1]):
            arguments += ["--perms", "0755", "--dir", str(parent)]
        arguments += ["--bind" if mount.is_writable else "--ro-bind"]
        arguments += [str(mount.source), mount.target]
    arguments += ["--remount-ro", "/", "--clearenv"]
    for variable, value in start.variables.items():
        arguments += ["--setenv", variable, value]
    return [*arguments, "--"]


def _of_this_machine(image: Image) -> list[Mount]:
    """Return what stands for the files of an image."""
    files = [Path("/etc") / name for name in ("alternatives", "ld.so.cache", "nsswitch.conf")]
    folders = {Path(sys.base_prefix), *image.folders}
    return [Mount(one, str(one), is_writable=False) for one in (*files, *folders) if one.exists()]


def _etc(start: Start) -> list[Mount]:
    """Write what is a pod's own below /etc; the name server is the one that writes down."""
    etc, user = start.folder / "etc", start.user
    etc.mkdir(exist_ok=True)
    (etc / "hosts").write_text(f"127.0.0.1 localhost\n127.0.0.1 {HOSTNAME}\n")
    (etc / "resolv.conf").write_text("nameserver 127.0.0.1\n")
    (etc / "passwd").write_text(f"vllm:x:{user}:{user}::/home/vllm:/bin/sh\n")
    (etc / "group").write_text(f"vllm:x:{user}:\n")
    return [Mount(one, f"/etc/{one.name}", is_writable=False) for one in sorted(etc.iterdir())]


def _unprivileged(user: int) -> list[str]:
    """Give up everything, and end with the parent: a changed user would else outlive it."""
    ids = [f"--reuid={user}", f"--regid={user}", "--clear-groups", "--no-new-privs"]
    nothing = ["--inh-caps=-all", "--bounding-set=-all", "--pdeathsig=KILL"]
    return ["setpriv", *ids, *nothing, "--"]


def wait_while_running(process: Process, seconds: float, complaint: str) -> Iterator[None]:
    """Yield again and again until the caller is content, the process ends or time is up."""
    deadline = time.monotonic() + seconds
    while True:
        yield
        assert process.is_running, f"{complaint}; it ended\n{process.tail()}"
        assert time.monotonic() < deadline, f"{complaint} in {seconds} s\n{process.tail()}"
        time.sleep(0.5)
