"""Where the lab keeps things: one cache for all checkouts, one state directory per lab."""

import hashlib
import os
import shutil
from dataclasses import dataclass
from pathlib import Path

from .errors import LabError

_MIB = 2**20
NEEDED_BYTES = 300 * _MIB
"""A lab with one small stack takes 125 MiB (`du -sm .lab`); etcd and logs grow from there."""
MARKER = "hoheit-lab-state"
"""File that says: this directory was made by the lab, and the lab may delete it."""


def cache_dir() -> Path:
    """Returns the cache that all checkouts share: built programs, Go, Go's own caches."""
    if chosen := os.environ.get("HOHEIT_LAB_CACHE"):
        return Path(chosen).expanduser().absolute()
    base = os.environ.get("XDG_CACHE_HOME") or "~/.cache"
    return Path(base).expanduser().absolute() / "hoheit-lab"


@dataclass(frozen=True)
class StateDir:
    """The directory that holds everything one lab writes, outside the shared cache."""

    root: Path
    """Absolute and free of symbolic links: processes of the lab are recognised by this path."""

    @classmethod
    def at(cls, path: str | Path) -> "StateDir":
        """Names a state directory without creating it."""
        return cls(Path(path).expanduser().resolve())

    @property
    def cluster(self) -> Path:
        """Configuration, certificates and data of the control plane."""
        return self.root / "cluster"

    @property
    def kubeconfig(self) -> Path:
        """The kubeconfig of the lab's cluster, context `lab`."""
        return self.root / "kubeconfig"

    @property
    def logs(self) -> Path:
        """Logs of the control plane and of the last deployment."""
        return self.root / "logs"

    @property
    def bin(self) -> Path:
        """Launchers of stand-in plugins; on PATH only where one is needed."""
        return self.root / "bin"

    @property
    def pulumi_home(self) -> Path:
        """Pulumi's own files (plugins, workspaces), instead of `~/.pulumi`."""
        return self.root / "pulumi" / "home"

    @property
    def pulumi_state(self) -> Path:
        """The file backend that holds the stacks."""
        return self.root / "pulumi" / "state"

    @property
    def pulumi_projects(self) -> Path:
        """Shadow projects: what `pulumi` works on, so that no tracked file changes."""
        return self.root / "pulumi" / "projects"

    @property
    def passphrase_file(self) -> Path:
        """The passphrase that encrypts secrets in the lab's stacks."""
        return self.root / "pulumi" / "passphrase"

    @property
    def decision(self) -> Path:
        """Which programs are official and which are stand-ins, as `plugins.py` decided."""
        return self.root / "pulumi" / "plugins.json"

    @property
    def lock(self) -> Path:
        """Held while the lab in this directory is changed.

        It lies in the cache, because `down` deletes the directory while it holds the lock.
        """
        return self._lock("lab")

    @property
    def deploy_lock(self) -> Path:
        """Held while something is deployed into the lab."""
        return self._lock("deploy")

    def _lock(self, what: str) -> Path:
        name = hashlib.sha256(str(self.root).encode()).hexdigest()[:16]
        return cache_dir() / "locks" / f"{name}.{what}.lock"

    def check(self) -> None:
        """Refuses a directory that its lab could not run in, or whose lab is somebody else's."""
        if any(letter.isspace() for letter in str(self.root)):
            raise LabError(
                f"'{self.root}' has a space in it, at which kwokctl cuts the path off; choose "
                "another with --state"
            )
        if self.is_ours() and not os.access(self.root, os.W_OK):
            raise LabError(
                f"the lab in {self.root} belongs to another user (id {self.root.stat().st_uid}); "
                "run the same command as that user, or choose another place with --state"
            )

    def create(self) -> None:
        """Makes the directory, or refuses one that holds somebody else's files."""
        self.check()
        if self.root.exists() and not self.root.is_dir():
            raise LabError(
                f"{self.root} is a file; remove it, or choose another place with --state"
            )
        if self.root.exists() and not self.is_ours() and any(self.root.iterdir()):
            raise LabError(
                f"{self.root} exists and was not made by the lab; choose another with --state"
            )
        self.root.mkdir(parents=True, exist_ok=True)
        (self.root / MARKER).touch()
        # A state directory inside a checkout must not show up in `git status`.
        (self.root / ".gitignore").write_text("*\n")
        for directory in (self.cluster, self.logs, self.pulumi_home, self.pulumi_state):
            directory.mkdir(parents=True, exist_ok=True)
        free = shutil.disk_usage(self.root).free
        if free < NEEDED_BYTES:
            raise LabError(
                f"{self.root} has {free // _MIB} MiB left on its disk, a lab needs "
                f"{NEEDED_BYTES // _MIB}; make room, or choose another place with --state"
            )

    def is_ours(self) -> bool:
        """Says whether the lab made this directory."""
        return (self.root / MARKER).is_file()

    def delete(self) -> None:
        """Removes the directory and all in it; the cache stays."""
        if self.root.exists() and not self.is_ours():
            raise LabError(f"{self.root} was not made by the lab, so the lab does not delete it")
        if self.root.exists():
            shutil.rmtree(self.root)
