"""Programs that a command needs on PATH."""

import shutil

from .errors import UsageError


def program(name: str, way_out: str) -> str:
    """Return the path of a program.

    Raises:
        UsageError: if it is not there.
    """
    found = shutil.which(name)
    if found is None:
        raise UsageError(f"there is no '{name}' on PATH; install it, {way_out}")
    return found
