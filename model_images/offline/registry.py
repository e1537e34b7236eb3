"""A registry that images are pushed to, by the lab's `crane`."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING

from hoheit_lab.errors import LabError

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True)
class Registry:
    """A registry by host and port; one on this machine is asked without TLS."""

    crane: Path
    address: str

    def push(self, layout: Path, name: str) -> None:
        """Push the image of a layout as repository and tag; what the registry has is not sent.

        Raises:
            LabError: with what the registry said.
        """
        self("push", str(layout), f"{self.address}/{name}")

    def digest(self, name: str) -> str | None:
        """Return the digest of an image, or None if the registry has no such image."""
        done = self._run("digest", f"{self.address}/{name}")
        return done.stdout.strip() if done.returncode == 0 else None

    def __call__(self, *arguments: str) -> str:
        """Run `crane` and return what it prints.

        Raises:
            LabError: with its last line.
        """
        done = self._run(*arguments)
        if done.returncode != 0:
            lines = done.stderr.strip().splitlines()[-1:] or ["crane gave no reason"]
            raise LabError(f"registry {self.address}: {lines[0]}")
        return done.stdout.strip()

    def _run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(  # noqa: S603 - our own program and argument list
            [self.crane, *arguments], capture_output=True, text=True, check=False
        )
