"""A container as a pod's security context makes it: a plain user, a read-only root, no right."""

from __future__ import annotations

import contextlib
import json
import shutil
import signal
import subprocess
import sys
import time
import uuid
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

_ASK = (
    "import sys, urllib.request as r; a = r.build_opener(r.ProxyHandler({})).open(sys.argv[1],"
    " timeout=5); print(a.status); print(a.read().decode(), end='')"
)


@dataclass(frozen=True)
class Running:
    """A container whose program runs, in a network of its own."""

    runc: Sequence[str]
    name: str
    process: subprocess.Popen[bytes]
    log: Path

    def execute(self, *command: str) -> subprocess.CompletedProcess[str]:
        """Run a command inside, as an exec probe does."""
        return subprocess.run(
            [*self.runc, "exec", self.name, *command],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )

    def get(self, port: int, path: str) -> tuple[int, str]:
        """Ask by HTTP on the container's own loopback; status 0 where nobody answers."""
        into = ["nsenter", f"--target={self.pid}", "--net", "--"]
        done = subprocess.run(
            [*into, sys.executable, "-c", _ASK, f"http://127.0.0.1:{port}{path}"],
            capture_output=True,
            text=True,
            check=False,
        )
        status, _, body = done.stdout.partition("\n")
        return int(status or 0), body

    @property
    def pid(self) -> int:
        done = subprocess.run(
            [*self.runc, "state", self.name], capture_output=True, text=True, check=True
        )
        return json.loads(done.stdout)["pid"]

    def wait_for(self, port: int, path: str, seconds: float = 120) -> str:
        """Return the body once the container answers with 200."""
        deadline = time.monotonic() + seconds
        while True:
            if self.process.poll() is not None:
                raise AssertionError(f"it ended: {self.log.read_text()}")
            status, body = self.get(port, path)
            if status == 200:
                return body
            assert time.monotonic() < deadline, self.log.read_text()
            time.sleep(0.5)

    def stop(self, number: signal.Signals = signal.SIGTERM) -> int:
        """Send a signal to process 1 and return how it ended."""
        subprocess.run([*self.runc, "kill", self.name, number.name], check=True)
        return self.process.wait(60)


@dataclass
class Container:
    """Runs commands in the file system of an image."""

    runc: str
    rootfs: Path
    config: dict[str, Any]
    """The image's own."""
    scratch: Path
    mounts: dict[str, Path] = field(default_factory=dict)
    """Directories of this machine by their place in the container, writable."""
    user: int | None = None
    """The user that a pod names, if not the image's own."""

    def run(
        self, *arguments: str, entrypoint: Sequence[str] | None = None, **environment: str
    ) -> subprocess.CompletedProcess[str]:
        """Run the image's program with arguments, as the image's user."""
        program = self.config["Entrypoint"] if entrypoint is None else entrypoint
        # The network stays this machine's, where the object store of these tests listens.
        with self._bundle([*program, *arguments], environment, namespaces=()) as (name, bundle):
            return subprocess.run(
                [*self._runc, "run", f"--bundle={bundle}", name],
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                check=False,
                timeout=240,
            )

    @contextlib.contextmanager
    def running(
        self, command: Sequence[str], environment: Mapping[str, str] | None = None
    ) -> Iterator[Running]:
        """Run a server for as long as this lasts, in a network of its own."""
        own = dict(environment or {})
        with self._bundle(command, own, namespaces=("network",)) as (name, bundle):
            log = bundle / "log"
            with log.open("wb") as output:
                process = subprocess.Popen(
                    [*self._runc, "run", f"--bundle={bundle}", name],
                    stdin=subprocess.DEVNULL,
                    stdout=output,
                    stderr=subprocess.STDOUT,
                )
            running = Running(self._runc, name, process, log)
            try:
                while process.poll() is None and not self._started(name):
                    time.sleep(0.1)
                yield running
            finally:
                subprocess.run(
                    [*self._runc, "delete", "--force", name], check=False, capture_output=True
                )
                process.wait(60)

    def _started(self, name: str) -> bool:
        asked = [*self._runc, "state", name]
        return subprocess.run(asked, check=False, capture_output=True).returncode == 0

    @property
    def _runc(self) -> list[str]:
        return [self.runc, f"--root={self.scratch / 'runc'}"]

    @contextlib.contextmanager
    def _bundle(
        self, args: Sequence[str], environment: Mapping[str, str], namespaces: Sequence[str]
    ) -> Iterator[tuple[str, Path]]:
        name = f"hoheit-test-{uuid.uuid4().hex[:12]}"
        bundle = self.scratch / name
        bundle.mkdir()
        document = self._spec(list(args), environment, namespaces)
        (bundle / "config.json").write_text(json.dumps(document))
        try:
            yield name, bundle
        finally:
            shutil.rmtree(bundle)

    def _spec(
        self, args: list[str], environment: Mapping[str, str], namespaces: Sequence[str]
    ) -> dict[str, Any]:
        user, _, group = self.config["User"].partition(":")
        own = [f"{name}={value}" for name, value in environment.items()]
        bound = [
            {"destination": place, "type": "bind", "source": str(source), "options": ["bind", "rw"]}
            for place, source in self.mounts.items()
        ]
        kinds = ("pid", "mount", "ipc", "uts", *namespaces)
        return {
            "ociVersion": "1.0.2",
            "root": {"path": str(self.rootfs), "readonly": True},
            "process": {
                "user": {"uid": self.user or int(user), "gid": self.user or int(group)},
                "args": args,
                "env": [*self.config["Env"], *own],
                "cwd": self.config["WorkingDir"],
                "capabilities": {},
                "noNewPrivileges": True,
            },
            "mounts": [
                {"destination": "/proc", "type": "proc", "source": "proc"},
                {"destination": self.config["WorkingDir"], "type": "tmpfs", "source": "tmpfs"},
                {"destination": "/dev", "type": "tmpfs", "source": "tmpfs"},
                *bound,
            ],
            "linux": {"namespaces": [{"type": kind} for kind in kinds]},
        }
