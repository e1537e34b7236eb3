"""The storage behind volumes: a directory each, or a file system of its own."""

import shutil
from dataclasses import dataclass
from pathlib import Path

from hoheit_lab.node.commands import run

_FOR_ANYBODY = 0o777
"""Pods run as users of their own choice. The directory above lets nobody of the host in."""


@dataclass(frozen=True)
class Directories:
    """The storage of all volumes below one directory."""

    root: Path

    def make(self, name: str) -> Path:
        """Makes the storage of a volume, or finds it.

        Returns:
            The directory that pods get.
        """
        self._prepare()
        return _for_anybody(self.root / name)

    def make_sized(self, name: str, size: int) -> Path:
        """Makes the storage of a volume that holds no more than `size` bytes, or finds it.

        The file system lies in a sparse file: what a volume does not hold, it does not take.

        Returns:
            The directory that pods get: within the file system, so that it is there only while
            that is mounted, and free of `lost+found`, which databases refuse.
        """
        self._prepare()
        if not self._image(name).exists():
            unfinished = self.root / f".{name}.unfinished"
            unfinished.unlink(missing_ok=True)
            with unfinished.open("xb") as file:
                file.truncate(size)
            # No blocks reserved for root: full is full for everybody.
            run(["mkfs.ext4", "-q", "-m", "0", str(unfinished)], f"making volume {name}")
            unfinished.rename(self._image(name))
        self.restore(name)
        return _for_anybody(self.root / name / "data")

    def restore(self, name: str) -> None:
        """Mounts the file system of a volume again, if it has one; a power cut undoes mounts."""
        if not self._image(name).exists() or (self.root / name).is_mount():
            return
        (self.root / name).mkdir(exist_ok=True)
        options = ["-o", "loop,nosuid,nodev"]
        run(["mount", *options, str(self._image(name)), str(self.root / name)], f"mounting {name}")

    def remove(self, name: str) -> None:
        """Removes the storage of a volume and all in it; removing it twice is no error."""
        if (self.root / name).is_mount():
            run(["umount", str(self.root / name)], f"removing volume {name}")
        if (self.root / name).exists():
            shutil.rmtree(self.root / name)
        self._image(name).unlink(missing_ok=True)

    def _image(self, name: str) -> Path:
        return self.root / f"{name}.img"

    def _prepare(self) -> None:
        self.root.mkdir(parents=True, exist_ok=True)
        self.root.chmod(0o700)


def _for_anybody(directory: Path) -> Path:
    """Makes a directory; one that is there keeps the owner that the kubelet gave it."""
    if not directory.exists():
        directory.mkdir()
        directory.chmod(_FOR_ANYBODY)
    return directory
