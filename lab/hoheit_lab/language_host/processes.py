"""The child processes of the host: programs and plugins, none of which may outlive it."""

import os
import selectors
import subprocess
import threading
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import IO, Literal, cast

Stream = Literal["stdout", "stderr"]

GRACE_SECONDS = 2.0
"""What a child has for its `finally` clauses; the engine gives the host itself five seconds."""

CHUNK = 64 * 1024


class Processes:
    """Starts child processes and remembers those that still run."""

    def __init__(self) -> None:
        self._running: set[subprocess.Popen[bytes]] = set()
        self._lock = threading.Lock()

    def start(
        self,
        command: Sequence[str],
        directory: Path,
        environment: Mapping[str, str],
        *,
        capture: bool = False,
    ) -> subprocess.Popen[bytes]:
        """Starts a command; without `capture` it writes where the host writes: to the engine."""
        pipe = subprocess.PIPE if capture else None
        # The command is an interpreter or uv with the files of the user's own project.
        process = subprocess.Popen(  # noqa: S603
            command,
            cwd=directory,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=pipe,
            stderr=pipe,
        )
        with self._lock:
            self._running.add(process)
        return process

    def wait(self, process: subprocess.Popen[bytes]) -> int:
        """Waits for a child and forgets it."""
        code = process.wait()
        with self._lock:
            self._running.discard(process)
        return code

    def stop_all(self) -> None:
        """Ends every child that still runs."""
        with self._lock:
            running = list(self._running)
        for process in running:
            process.terminate()
        for process in running:
            stop(process)


def stop(process: subprocess.Popen[bytes]) -> None:
    """Ends one child: with a request first, by force after the grace period."""
    process.terminate()
    try:
        process.wait(GRACE_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()


def output(process: subprocess.Popen[bytes]) -> Iterator[tuple[Stream, bytes]]:
    """What a captured child writes, as it writes it, until it has closed both streams."""
    with selectors.DefaultSelector() as selector:
        for name in ("stdout", "stderr"):
            selector.register(cast("IO[bytes]", getattr(process, name)), selectors.EVENT_READ, name)
        while selector.get_map():
            for key, _ in selector.select():
                if chunk := os.read(key.fd, CHUNK):
                    yield key.data, chunk
                else:
                    selector.unregister(key.fileobj)
