"""A registry as a process on this machine, and what tests ask it for."""

from __future__ import annotations

import contextlib
import json
import shutil
import socket
import subprocess
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from support.ports import free_ports

from model_images.offline.registry import Registry

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@dataclass(frozen=True)
class Crane(Registry):
    """A registry that shows what it holds."""

    def pushed(self, layout: Path, name: str) -> str:
        """Push an image layout under a name; return its digest."""
        self.push(layout, name)
        return self("digest", f"{self.address}/{name}")

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


@contextlib.contextmanager
def running_registry(crane: Path, folder: Path) -> Iterator[Crane]:
    """Serve a registry from a directory."""
    address = f"127.0.0.1:{free_ports(1)[0]}"
    blobs = folder / "blobs"
    blobs.mkdir(parents=True)
    host, _, port = address.partition(":")
    log = folder / "log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [crane, "registry", "serve", f"--address={address}", f"--disk={blobs}"],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    try:
        deadline = time.monotonic() + 60
        while not _answers(host, int(port)):
            assert process.poll() is None, log.read_text()
            assert time.monotonic() < deadline, log.read_text()
            time.sleep(0.2)
        yield Crane(crane, address)
    finally:
        process.terminate()
        process.wait(timeout=30)
        shutil.rmtree(blobs)


def _answers(host: str, port: int) -> bool:
    with contextlib.suppress(OSError), socket.create_connection((host, port), timeout=1):
        return True
    return False
