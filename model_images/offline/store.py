"""The images that were built on this machine, in the lab's cache: one folder per image."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True)
class Store:
    """Layouts by name and by a key of all that went into them; of each image the newest one."""

    folder: Path

    def place(self, name: str, key: str) -> Path:
        """Return where the layout of an image is, or would be."""
        return self.folder / name / key

    def holds(self, name: str, key: str) -> bool:
        """Tell whether the image is there, whole."""
        return self.place(name, key).is_dir()

    def unfinished(self, name: str) -> Path:
        """Return where a layout may be written until it is whole."""
        place = self.folder / name / ".unfinished"
        shutil.rmtree(place, ignore_errors=True)
        place.parent.mkdir(parents=True, exist_ok=True)
        return place

    def keep(self, name: str, key: str) -> Path:
        """Take what was written as the image of this key, and forget the image of any other."""
        place = self.place(name, key)
        written = self.folder / name / ".unfinished"
        self._share(written)
        for old in place.parent.iterdir():
            if old != written:
                shutil.rmtree(old)
        return written.rename(place)

    def _share(self, layout: Path) -> None:
        """Link each layer that another image has as well: a base is on the disk once."""
        for blob in (layout / "blobs" / "sha256").iterdir():
            for other in self.folder.glob(f"*/*/blobs/sha256/{blob.name}"):
                if not other.samefile(blob):
                    blob.unlink()
                    os.link(other, blob)
                    break
