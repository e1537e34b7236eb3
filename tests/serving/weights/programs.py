"""The real programs of these tests: the weights fetcher in its own environment, an S3 server."""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from support.ports import free_ports

if TYPE_CHECKING:
    from collections.abc import Iterator

ACCESS_KEY, SECRET_KEY = "test-access", "test-secret"
BUCKET, PREFIX, REGION = "weights", "models/tiny", "eu-test-1"
SOURCE = Path(__file__).parents[3] / "model_images" / "weights-fetcher"


@dataclass
class Store:
    """A running S3 server; its bucket is a directory, so that tests can do damage to it."""

    endpoint: str
    root: Path

    @property
    def objects(self) -> Path:
        return self.root / BUCKET / PREFIX

    def names(self) -> list[str]:
        files = [path for path in self.objects.rglob("*") if path.is_file()]
        return sorted(str(path.relative_to(self.objects)) for path in files)

    def larger_than(self, size: int) -> list[str]:
        """Name all large files of the server, parts of unfinished uploads among them."""
        files = [path for path in self.root.rglob("*") if path.is_file()]
        return sorted(path.name for path in files if path.stat().st_size > size)


def visible(destination: Path) -> list[str]:
    """Return the files of a volume that belong to a model."""
    files = [str(x.relative_to(destination)) for x in destination.rglob("*") if x.is_file()]
    return sorted(name for name in files if not name.startswith("."))


@dataclass
class Run:
    """How one run of the fetcher ended."""

    status: int
    output: str
    complaint: str

    @property
    def manifest_digest(self) -> str:
        (line,) = [x for x in self.output.splitlines() if x.startswith("manifest digest: ")]
        return line.removeprefix("manifest digest: ")


def refused(run: Run) -> str:
    """Return the one sentence of a run that failed as it should."""
    assert run.status == 1, run
    assert "Traceback" not in run.output + run.complaint
    (sentence,) = [x for x in run.complaint.splitlines() if x.startswith("weights-fetcher: ")]
    return sentence


@dataclass
class Fetcher:
    """Starts the installed program with the arguments and the environment that a pod gives it."""

    program: Path
    store: Store
    hub: str
    scratch: Path
    environment: dict[str, str] = field(default_factory=dict)

    def mirror(self, *arguments: str, repository: str, revision: str = "main") -> Run:
        return self.run(
            "mirror", f"--repository={repository}", f"--revision={revision}", *arguments
        )

    def pull(self, destination: Path, *arguments: str) -> Run:
        return self.run("pull", f"--destination={destination}", *arguments)

    def run(self, command: str, *arguments: str) -> Run:
        process = self.start(command, *arguments)
        output, complaint = process.communicate(timeout=120)
        return Run(process.returncode, output, complaint)

    def start(self, command: str, *arguments: str) -> subprocess.Popen[str]:
        store = (
            f"--bucket={BUCKET}",
            f"--prefix={PREFIX}",
            f"--endpoint={self.store.endpoint}",
            f"--region={REGION}",
        )
        return self.start_with(command, *store, *arguments)

    def start_with(self, command: str, *arguments: str) -> subprocess.Popen[str]:
        """Start it with these arguments and no others."""
        return subprocess.Popen(
            [str(self.program), command, *arguments],
            env={
                "HF_ENDPOINT": self.hub,
                "HF_HUB_DISABLE_TELEMETRY": "1",
                "AWS_ACCESS_KEY_ID": ACCESS_KEY,
                "AWS_SECRET_ACCESS_KEY": SECRET_KEY,
                "AWS_EC2_METADATA_DISABLED": "true",
                "HOME": "/nonexistent",
                "TMPDIR": str(self.scratch),
                **self.environment,
            },
            cwd="/",
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )


def install(uv: str, python: str, target: Path) -> Path:
    """Install the fetcher as its image does: locked, by hash, without an isolated build."""

    def pip_install(*arguments: str) -> None:
        command = [uv, "pip", "install", "--quiet", "--python", str(target / "bin/python")]
        subprocess.run([*command, *arguments], check=True)

    subprocess.run([uv, "venv", "--quiet", "--python", python, str(target)], check=True)
    locks = [f"--requirement={SOURCE / name}" for name in _LOCKS]
    pip_install("--require-hashes", *locks)
    pip_install("--no-deps", "--no-build-isolation", str(SOURCE))
    return target / "bin" / "weights-fetcher"


_LOCKS = ("requirements.txt", "requirements-build.txt")


@contextlib.contextmanager
def running_store(versitygw: Path, root: Path) -> Iterator[Store]:
    """Serve a directory as S3. Metadata lies in files beside it: not every disk has attributes."""
    objects, attributes = root / "objects", root / "attributes"
    (objects / BUCKET).mkdir(parents=True)
    attributes.mkdir()
    (port,) = free_ports(1)
    command = [str(versitygw), "--port", f"127.0.0.1:{port}", "--region", REGION, "--quiet"]
    with (root / "log").open("wb") as log:
        process = subprocess.Popen(
            [*command, "posix", "--sidecar", str(attributes), str(objects)],
            env={
                "PATH": os.environ["PATH"],
                "ROOT_ACCESS_KEY": ACCESS_KEY,
                "ROOT_SECRET_KEY": SECRET_KEY,
            },
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
        )
    try:
        _wait_for(port, process, root / "log")
        yield Store(f"http://127.0.0.1:{port}", objects)
    finally:
        process.kill()
        process.wait()


def _wait_for(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + 20
    while True:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        assert process.poll() is None, log.read_text()
        assert time.monotonic() < deadline, log.read_text()
        time.sleep(0.05)
