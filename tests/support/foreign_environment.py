"""An environment of Python for a program that has never heard of hoheit."""

import sys
import venv
from pathlib import Path

_NOT_ITS_OWN = ("hoheit", "_hoheit", "_editable_impl_hoheit", "pulumi_policy")


def without_hoheit(directory: Path) -> Path:
    """Make an environment with the packages of this one, but for hoheit and its pack."""
    venv.create(directory, symlinks=True)
    (own,) = directory.glob("lib/python*/site-packages")
    (ours,) = Path(sys.prefix).glob("lib/python*/site-packages")
    for entry in ours.iterdir():
        if not entry.name.startswith(_NOT_ITS_OWN):
            (own / entry.name).symlink_to(entry)
    return directory
