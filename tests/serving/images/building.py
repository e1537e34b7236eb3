"""BuildKit and a registry as processes on this machine, in directories of their own."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import socket
import subprocess
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from serving.images.bake import Target


@dataclass(frozen=True)
class Crane:
    """The client of a registry that runs on this machine."""

    program: Path
    registry: str

    def __call__(self, *arguments: str) -> str:
        done = subprocess.run(
            [self.program, *arguments], capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    def push(self, layout: Path, name: str) -> str:
        """Push an image layout under a name; return its digest."""
        self("push", str(layout), f"{self.registry}/{name}")
        shutil.rmtree(layout)  # pytest keeps what is left, and a base is large
        return self("digest", f"{self.registry}/{name}")

    def config(self, reference: str) -> dict[str, Any]:
        return json.loads(self("config", reference))

    def unpack(self, reference: str, folder: Path) -> Path:
        """Lay the file system of an image out, owners and modes as they are in it."""
        folder.mkdir(parents=True)
        archive = folder.with_suffix(".tar")
        self("export", reference, str(archive))
        subprocess.run(["tar", "-xpf", archive, "-C", folder, "--numeric-owner"], check=True)
        archive.unlink()
        return folder


@dataclass(frozen=True)
class BuildKit:
    """A running builder."""

    buildctl: Path
    address: str
    wheels: Path

    def build(self, target: Target, name: str, *, wheels: bool = True) -> str:
        """Build an image without any package index, push it, return its digest.

        Args:
            target: What to build.
            name: Where to push it.
            wheels: Whether the packages are brought, as a context of that name.

        Raises:
            BuildError: with what the builder said.
        """
        metadata = self.wheels.parent / f"{name.replace('/', '_').replace(':', '_')}.json"
        args = {**target.args, "PIP_NO_INDEX": "1"}
        output = f"type=image,name={name},push=true,registry.insecure=true,compression=uncompressed"
        brought = (f"--local=wheels={self.wheels}", "--opt=context:wheels=local:wheels")
        done = subprocess.run(
            [
                *(self.buildctl, f"--addr={self.address}", "build", "--progress=plain"),
                *("--frontend=dockerfile.v0", f"--opt=filename={target.file}"),
                *(f"--local=context={target.context}", f"--local=dockerfile={target.context}"),
                *(brought if wheels else ()),
                *(f"--opt=build-arg:{key}={value}" for key, value in args.items()),
                *(f"--output={output}", f"--metadata-file={metadata}"),
            ],
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode != 0:
            raise BuildError(done.stderr)
        return json.loads(metadata.read_text())["containerimage.digest"]


class BuildError(Exception):
    """A build that failed, with the builder's log."""


@contextlib.contextmanager
def running_registry(crane: Path, folder: Path) -> Iterator[Crane]:
    """Serve a registry from a directory."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{probe.getsockname()[1]}"
    (folder / "blobs").mkdir(parents=True)
    command = [crane, "registry", "serve", f"--address={address}", f"--disk={folder / 'blobs'}"]
    host, _, port = address.partition(":")

    def answers() -> bool:
        with contextlib.suppress(OSError), socket.create_connection((host, int(port)), timeout=1):
            return True
        return False

    with _running(command, folder / "log", answers):
        yield Crane(crane, address)
    shutil.rmtree(folder / "blobs")


@contextlib.contextmanager
def running_buildkit(
    buildkitd: Path, buildctl: Path, runc: str, folder: Path, wheels: Path
) -> Iterator[BuildKit]:
    """Run a builder; its containers have the host's network, as there is no CNI plugin."""
    folder.mkdir(parents=True)
    address = f"unix://{folder / 'socket'}"
    command = [
        *(buildkitd, f"--root={folder / 'root'}", f"--addr={address}"),
        *("--oci-worker=true", "--containerd-worker=false", f"--oci-worker-binary={runc}"),
        *("--oci-worker-net=host", "--cdi-disabled", f"--config={os.devnull}"),
    ]

    def answers() -> bool:
        asked = [buildctl, f"--addr={address}", "debug", "workers"]
        return subprocess.run(asked, capture_output=True, check=False).returncode == 0

    with _running(command, folder / "log", answers):
        yield BuildKit(buildctl, address, wheels)
    shutil.rmtree(folder / "root", ignore_errors=True)


@contextlib.contextmanager
def _running(command: list[Any], log: Path, answers: Callable[[], bool]) -> Iterator[None]:
    with log.open("wb") as output:
        process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT
        )
    try:
        deadline = time.monotonic() + 60
        while not answers():
            assert process.poll() is None, log.read_text()
            assert time.monotonic() < deadline, log.read_text()
            time.sleep(0.2)
        yield
    finally:
        process.terminate()
        process.wait(timeout=30)
