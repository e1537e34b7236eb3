"""Runs a program of the machine and turns its failure into one sentence."""

import subprocess
from collections.abc import Sequence

from hoheit_lab.errors import LabError

from . import machine


def run(words: Sequence[str], purpose: str) -> None:
    """Runs one command, on the host or in the node.

    Args:
        words: The command.
        purpose: What it does, for the sentence, such as "linking host and node".
    """
    done = subprocess.run(  # noqa: S603 - our own argument list
        words,
        env=machine.environment(),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        said = done.stderr.strip() or done.stdout.strip() or f"status {done.returncode}"
        raise LabError(f"{purpose} failed: `{' '.join(words)}` said: {said}")
