"""The network of one pod: nothing but its own loopback, as if every cable were pulled."""

from __future__ import annotations

import contextlib
import errno
import http.client
import os
import socket
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from serving.router.dns_double import DnsDouble

if TYPE_CHECKING:
    from collections.abc import Iterator

_DOOR = Path(__file__).with_name("door.py")
_SECONDS = 20


@dataclass
class PodNetwork:
    """A network namespace without interface or route to the outside, and its name server."""

    pid: int
    """The process that holds it."""
    door: Path
    dns: DnsDouble | None = None

    @property
    def namespace(self) -> str:
        return f"/proc/{self.pid}/ns/net"

    @property
    def names(self) -> DnsDouble:
        """Knows what anything inside tried to resolve; it answers only what it is told to."""
        assert self.dns is not None
        return self.dns

    @property
    def interfaces(self) -> list[str]:
        lines = Path(f"/proc/{self.pid}/net/dev").read_text().splitlines()[2:]
        return [line.partition(":")[0].strip() for line in lines]

    @property
    def routes(self) -> list[str]:
        return Path(f"/proc/{self.pid}/net/route").read_text().splitlines()[1:]

    @contextlib.contextmanager
    def asking(self) -> Iterator[set[str]]:
        """Tell what is resolved meanwhile, and forget it: a test asks here, not the server."""
        before, meanwhile = set(self.names.asked), set[str]()
        yield meanwhile
        meanwhile |= self.names.asked - before
        self.names.asked -= meanwhile

    def connect(self, port: int) -> socket.socket:
        """Return a connection to a port of the pod, as the kubelet or a client would have it."""
        return self.socket(str(port))

    def socket(self, wanted: str) -> socket.socket:
        """Return what the door gives for a word."""
        with socket.socket(socket.AF_UNIX) as visitor:
            visitor.connect(str(self.door))
            visitor.sendall(wanted.encode())
            error, descriptors, _, _ = socket.recv_fds(visitor, 16, 1)
        if not descriptors:
            number = int(error or errno.ECONNRESET)
            raise OSError(number, f"{wanted}: {os.strerror(number)}")
        return socket.socket(fileno=descriptors[0])

    def http(self, port: int, timeout: float) -> http.client.HTTPConnection:
        return _Connection(self, port, timeout)

    def run(self, *command: str) -> None:
        """Run a command inside."""
        subprocess.run(["nsenter", f"--net={self.namespace}", "--", *command], check=True)

    def link(self, other: PodNetwork, number: int) -> str:
        """Lay a cable to another pod, and to nobody else; return the other's address."""
        here, there = f"10.77.{number}.1", f"10.77.{number}.2"
        cable, end = f"pod{number}", "eth0"
        peer = ("peer", "name", end, "netns", str(other.pid))
        self.run("ip", "link", "add", cable, "type", "veth", *peer)
        for network, name, address in ((self, cable, here), (other, end, there)):
            network.run("ip", "address", "add", f"{address}/30", "dev", name)
            network.run("ip", "link", "set", name, "up")
        return there


class _Connection(http.client.HTTPConnection):
    def __init__(self, network: PodNetwork, port: int, timeout: float) -> None:
        super().__init__("127.0.0.1", port, timeout=timeout)
        self._network = network

    def connect(self) -> None:
        self.sock = self._network.connect(self.port)
        self.sock.settimeout(self.timeout)


@contextlib.contextmanager
def pod_network(folder: Path) -> Iterator[PodNetwork]:
    """Keep a namespace for as long as this lasts."""
    door = folder / "door"
    # unshare becomes the command, so the process that is started is the one that holds it.
    process = subprocess.Popen(["unshare", "--net", sys.executable, "-I", str(_DOOR), str(door)])
    try:
        deadline = time.monotonic() + _SECONDS
        while not door.exists():
            assert process.poll() is None, "no network namespace could be made"
            assert time.monotonic() < deadline, "the network namespace has no door"
            time.sleep(0.05)
        network = PodNetwork(process.pid, door)
        network.dns = DnsDouble(network.socket("dns"))
        network.dns.start()
        yield network
        network.dns.stop()
    finally:
        process.kill()
        process.wait()
