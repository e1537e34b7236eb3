"""Runs `go build` for one program and turns its failures into one sentence."""

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

from hoheit_lab.errors import LabError

from .go import Go
from .programs import Program

_FAILURES = {
    "no space left on device": "the disk is full; make room and run the same command again",
    "checksum mismatch": "a download does not have the checksum that go.sum records",
    "SECURITY ERROR": "a download does not have the checksum that go.sum records",
    "dial tcp": "the Go module proxy cannot be reached; check the network and GOPROXY",
    "no such host": "the Go module proxy cannot be reached; check the network and GOPROXY",
}
"""What Go prints, and what the user needs to know about it."""


@dataclass(frozen=True)
class Compiler:
    """A Go tool chain with its caches."""

    go: Go
    caches: Path
    """Go's own caches: needed while something is built, and what an interrupted build resumes."""
    logs: Path

    def compile(self, program: Program, target: Path) -> None:
        """Compiles `program` to the file `target`."""
        self.logs.mkdir(parents=True, exist_ok=True)
        (self.caches / "tmp").mkdir(parents=True, exist_ok=True)
        telemetry = self.caches / "config" / "go" / "telemetry"
        telemetry.mkdir(parents=True, exist_ok=True)
        (telemetry / "mode").write_text("off")
        log = self.logs / f"build-{program.name}.log"
        with log.open("w") as output:
            child = subprocess.Popen(  # noqa: S603 - our own argument list
                [self.go.command, "build", *program.group.flags, "-o", target, program.package],
                cwd=program.group.module_dir,
                env=self.environment(),
                stdout=output,
                stderr=subprocess.STDOUT,
            )
            try:
                code = child.wait()
            except BaseException:
                child.terminate()
                child.wait()
                raise
        if code != 0:
            raise LabError(f"building {program.name} failed: {_reason(log)} (all of it: {log})")

    def environment(self) -> dict[str, str]:
        """The environment of `go`: proxies and mirrors of the user, flags and caches of ours.

        Go counts its own calls in a folder of the user's configuration, and offers no variable to
        move that alone. So the whole configuration moves, but for the file of `go env -w`.
        """
        own = os.environ.get("XDG_CONFIG_HOME") or str(Path.home() / ".config")
        return os.environ | {
            "XDG_CONFIG_HOME": str(self.caches / "config"),
            "GOENV": os.environ.get("GOENV") or str(Path(own) / "go" / "env"),
            "GOTOOLCHAIN": "local",
            "CGO_ENABLED": "0",
            # Writable, so that deleting the cache needs no chmod.
            "GOFLAGS": "-modcacherw",
            "GOWORK": "off",
            "GOCACHE": str(self.caches / "build"),
            "GOMODCACHE": str(self.caches / "modules"),
            "GOTMPDIR": str(self.caches / "tmp"),
        }


def _reason(log: Path) -> str:
    lines = [line for line in log.read_text(errors="replace").splitlines() if line.strip()]
    for line in lines:
        for sign, meaning in _FAILURES.items():
            if sign in line:
                return meaning
    return lines[-1].strip() if lines else "go said nothing"
