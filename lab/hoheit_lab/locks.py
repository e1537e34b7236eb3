"""File locks that say what they wait for."""

import os
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from .console import heartbeat, say


@contextmanager
def exclusive(path: Path, purpose: str) -> Generator[None]:
    """Holds the lock file at `path`; waits, and says so, while another process holds it.

    Args:
        path: The lock file. The kernel frees the lock when its holder dies, however it dies.
        purpose: What needs the lock, for example "building the tool chain".
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    lock, holder = FileLock(path), path.with_name(f"{path.name}.holder")
    try:
        lock.acquire(timeout=0)
    except Timeout:
        who = _holder(holder)
        say(f"waiting for {who}, which holds {path} ({purpose})")
        with heartbeat(f"waiting for {who}"):
            lock.acquire()
    try:
        holder.write_text(f"process {os.getpid()} (hoheit-lab {' '.join(sys.argv[1:])})".strip())
        yield
    finally:
        holder.unlink(missing_ok=True)
        lock.release()


def _holder(path: Path) -> str:
    try:
        return path.read_text() or "another process"
    except OSError:
        return "another process"
