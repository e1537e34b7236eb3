"""A way to one pod through the API server, open as long as it is needed."""

from __future__ import annotations

import re
import subprocess
import tempfile
from contextlib import contextmanager
from threading import Timer
from typing import IO, TYPE_CHECKING

from .errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Generator

    from .kubectl import Kubectl

_OPEN = re.compile(r"Forwarding from 127\.0\.0\.1:(\d+) ->")
_SECONDS = 20.0
"""For the way to open."""
_GRACE_SECONDS = 5.0


@contextmanager
def forwarded(cluster: Kubectl, namespace: str, pod: str, port: int) -> Generator[int]:
    """Open a way to a port of a pod; the value is the port on this machine's loopback.

    Raises:
        UsageError: if it does not open, with what kubectl says.
    """
    command = cluster.command(
        "port-forward", f"--namespace={namespace}", "--address=127.0.0.1", f"pod/{pod}", f":{port}"
    )
    with tempfile.TemporaryFile("w+") as errors:
        process = subprocess.Popen(  # noqa: S603 - our own argument list
            command, stdout=subprocess.PIPE, stderr=errors, stdin=subprocess.DEVNULL, text=True
        )
        try:
            yield _opened(process, errors, pod)
        finally:
            _end(process)


def _opened(process: subprocess.Popen[str], errors: IO[str], pod: str) -> int:
    late = Timer(_SECONDS, process.kill)
    late.start()
    try:
        found = _OPEN.match(process.stdout.readline() if process.stdout else "")
    finally:
        late.cancel()
    if found:
        return int(found[1])
    _end(process)
    errors.seek(0)
    said = (errors.read().strip().splitlines() or [f"no answer within {_SECONDS:g} s"])[-1]
    raise UsageError(f"no way to pod {pod} through the API server: {said.removeprefix('error: ')}")


def _end(process: subprocess.Popen[str]) -> None:
    process.terminate()
    try:
        process.wait(_GRACE_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    if process.stdout:
        process.stdout.close()
