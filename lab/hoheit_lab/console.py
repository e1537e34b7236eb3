"""Progress lines: on stderr, so that stdout carries only what a command was asked for."""

import sys
from collections.abc import Generator
from contextlib import contextmanager
from threading import Event, Thread
from time import monotonic

HEARTBEAT_SECONDS = 15.0


def say(text: str) -> None:
    """Prints one progress line."""
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()


@contextmanager
def heartbeat(what: str, every: float = HEARTBEAT_SECONDS) -> Generator[None]:
    """Repeats that `what` is still going on, with the elapsed time, until the block ends."""
    started, done = monotonic(), Event()

    def beat() -> None:
        while not done.wait(every):
            say(f"  ... {what}: {monotonic() - started:.0f} s so far")

    thread = Thread(target=beat, daemon=True)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()
