"""Free ports on loopback, the same ones again where that is possible."""

import errno
import json
import secrets
import socket
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from time import monotonic, sleep

from hoheit_lab.errors import LabError

LOOPBACK = "127.0.0.1"
PATIENCE_SECONDS = 1.0
CHOICE = range(20_000, 30_000)
"""Where new ports are looked for.

Between the choice and the start of the program that listens, nobody holds the port. The kernel
hands out no port of this range meanwhile: those of outgoing connections begin at 32768
(`net.ipv4.ip_local_port_range`), those of Kubernetes' Services at 30000.
"""

PORTS = (
    "kubeApiserverPort",
    "etcdPort",
    "etcdPeerPort",
    "kubeControllerManagerPort",
    "kubeSchedulerPort",
    "kwokControllerPort",
)
"""The ports of a cluster, by their names in kwokctl's configuration."""


def choose_ports(remembered: Mapping[str, int], names: Sequence[str] = PORTS) -> dict[str, int]:
    """Picks a free port for each purpose, the remembered one if nobody else took it."""
    with ExitStack() as held:
        # All are held until all are chosen, so that no port is chosen twice.
        return {name: _reserve(remembered.get(name, 0), held) for name in names}


def load_ports(path: Path, names: Sequence[str] = PORTS) -> dict[str, int]:
    """Reads the ports of the last start; none if there was no last start."""
    try:
        stored = json.loads(path.read_text())
    except (OSError, ValueError):
        return {}
    return {name: int(stored[name]) for name in names if name in stored}


def save_ports(path: Path, ports: Mapping[str, int]) -> None:
    """Remembers the ports for the next start."""
    path.write_text(json.dumps(ports, indent=2))


def _reserve(wanted: int, held: ExitStack) -> int:
    listener = held.enter_context(socket.socket())
    # A port in TIME_WAIT is free for us, as it is for the Go programs that will listen.
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if not (wanted and _bind_again(listener, wanted)):
        _bind_any(listener)
    listener.listen()
    return listener.getsockname()[1]


def _bind_any(listener: socket.socket) -> None:
    first = secrets.choice(CHOICE)
    for port in (*range(first, CHOICE.stop), *range(CHOICE.start, first)):
        if _bind(listener, port):
            return
    raise LabError(
        f"no port of {LOOPBACK} from {CHOICE.start} to {CHOICE.stop - 1} is free; end what "
        "listens there"
    )


def _bind_again(listener: socket.socket, port: int) -> bool:
    """Takes a port; waits a moment for it, as its last owner may be ending just now."""
    deadline = monotonic() + PATIENCE_SECONDS
    while not _bind(listener, port):
        if monotonic() > deadline:
            return False
        sleep(0.05)
    return True


def _bind(listener: socket.socket, port: int) -> bool:
    try:
        listener.bind((LOOPBACK, port))
    except OSError as error:
        if error.errno != errno.EADDRINUSE:
            raise
        return False
    return True
