"""SIGTERM ends a command in the same orderly way as Ctrl-C."""

import signal
from types import FrameType


class Terminated(KeyboardInterrupt):
    """SIGTERM arrived; unlike Ctrl-C in a terminal, the processes we started did not get it."""


def raise_on_sigterm() -> None:
    """Turns SIGTERM into an exception, so that locks are freed and children ended."""

    def handle(_signal: int, _frame: FrameType | None) -> None:
        raise Terminated

    signal.signal(signal.SIGTERM, handle)
