"""BuildKit as a process on this machine, in a directory of its own."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from hoheit_lab.errors import LabError
from hoheit_lab.toolchain import build

from . import layout

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator, Mapping

    from .bake import Target

COMPRESSION = "compression=zstd,compression-level=1"
"""Of the layers that a build adds; a base keeps its own."""
_STARTUP_SECONDS = 60
_GRACE_SECONDS = 30


class BuildError(Exception):
    """A build that failed, with the builder's log."""


@dataclass(frozen=True, kw_only=True)
class Means:
    """What a build gets besides its own folder: nothing comes over the network."""

    epoch: int
    """``SOURCE_DATE_EPOCH``: nothing in the image is younger."""
    bases: Mapping[str, Path] = field(default_factory=dict[str, Path])
    """Layouts by the reference, with digest, that the build names them by."""
    contexts: Mapping[str, Path] = field(default_factory=dict[str, Path])
    """Folders by the name of the stage that they stand for."""


@dataclass(frozen=True)
class BuildKit:
    """A running builder."""

    buildctl: Path
    address: str

    def build(self, target: Target, means: Means, output: Path) -> None:
        """Build an image without any network, and write it as an OCI layout.

        Raises:
            BuildError: with what the builder said.
        """
        args = {
            **target.args,
            "PIP_NO_INDEX": "1",
            "SOURCE_DATE_EPOCH": str(means.epoch),
        }
        done = subprocess.run(  # noqa: S603 - our own argument list
            [
                *(self.buildctl, f"--addr={self.address}", "build", "--progress=plain"),
                *("--frontend=dockerfile.v0", f"--opt=filename={target.file}"),
                *(f"--local=context={target.context}", f"--local=dockerfile={target.context}"),
                *("--opt=force-network-mode=none",),
                *_base_options(means.bases),
                *_context_options(means.contexts),
                *(f"--opt=build-arg:{key}={value}" for key, value in args.items()),
                f"--output=type=oci,tar=false,dest={output},rewrite-timestamp=true,{COMPRESSION}",
            ],
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode != 0:
            raise BuildError(done.stderr)


def _base_options(bases: Mapping[str, Path]) -> Iterator[str]:
    for number, (reference, folder) in enumerate(bases.items()):
        yield f"--oci-layout=base{number}={folder}"
        yield f"--opt=context:{reference}=oci-layout://base{number}@{layout.digest(folder)}"


def _context_options(contexts: Mapping[str, Path]) -> Iterator[str]:
    for name, folder in contexts.items():
        yield f"--local={name}={folder}"
        yield f"--opt=context:{name}=local:{name}"


@contextlib.contextmanager
def running_buildkit(folder: Path) -> Generator[BuildKit]:
    """Run a builder in a folder of its own, and leave nothing behind.

    Args:
        folder: On a disk with room for a few images; what a killed builder left is removed.

    Raises:
        LabError: if it cannot be built, or does not start.
    """
    runc = shutil.which("runc", path=f"{os.environ['PATH']}:/usr/sbin")
    if runc is None or os.getuid() != 0:
        raise LabError("images are built as root, with: apt-get install runc")
    programs = build(["buildkitd", "buildctl"])
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    # A socket's path may have 107 characters, a cache's can have more.
    with tempfile.TemporaryDirectory(prefix="hoheit-images-") as sockets:
        address = f"unix://{sockets}/buildkit"
        command = [
            *(programs["buildkitd"], f"--root={folder / 'root'}", f"--addr={address}"),
            *("--oci-worker=true", "--containerd-worker=false", f"--oci-worker-binary={runc}"),
            # There is no CNI plugin; each build has no network at all.
            *("--oci-worker-net=host", "--cdi-disabled", f"--config={os.devnull}"),
        ]
        log = folder / "log"
        with log.open("wb") as output:
            process = subprocess.Popen(  # noqa: S603 - our own argument list
                command, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT
            )
        try:
            builder = BuildKit(programs["buildctl"], address)
            _wait_for(builder, process, log)
            yield builder
        finally:
            _end(process)
            shutil.rmtree(folder, ignore_errors=True)


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(timeout=_GRACE_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _wait_for(builder: BuildKit, process: subprocess.Popen[bytes], log: Path) -> None:
    asked = [builder.buildctl, f"--addr={builder.address}", "debug", "workers"]
    deadline = time.monotonic() + _STARTUP_SECONDS
    while subprocess.run(asked, capture_output=True, check=False).returncode != 0:  # noqa: S603
        if process.poll() is not None or time.monotonic() > deadline:
            lines = log.read_text(errors="replace").strip().splitlines()[-3:]
            raise LabError(f"the builder does not start: {' '.join(lines)}")
        time.sleep(0.2)
