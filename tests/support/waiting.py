"""Waiting for what others do in their own time."""

import time
from collections.abc import Callable

PAUSE_SECONDS = 0.1


def until(condition: Callable[[], object], seconds: float = 60) -> None:
    """Wait until a condition holds; fail where it does not within the time."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"not within {seconds:g} s"
        time.sleep(PAUSE_SECONDS)
