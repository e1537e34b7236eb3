"""The real HAProxy with the rendered file, as a process of its own."""

from __future__ import annotations

import contextlib
import http.client
import os
import signal
import socket
import subprocess
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from hoheit._gateway import (
    API_KEY_VARIABLE,
    API_PORT,
    GATEWAY_COMMAND,
    HEALTH_PORT,
    METRICS_PORT,
    VLLM_PORT,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

UNPRIVILEGED = 65532


@dataclass(frozen=True)
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes


@dataclass
class Gateway:
    process: subprocess.Popen[bytes]
    ports: dict[int, int]
    """The port of the pod -> the free port that this run listens on in its place."""
    log_file: Path
    key: str

    def ask(  # noqa: PLR0913 - the parts of a request
        self,
        method: str,
        target: str,
        *,
        port: int = API_PORT,
        key: str | None = None,
        headers: Mapping[str, str] | None = None,
        body: bytes | None = None,
    ) -> Answer:
        """Send one request; the key is the right one unless another (or "") is given."""
        sent = dict(headers or {})
        token = self.key if key is None else key
        if token and port == API_PORT:
            sent.setdefault("Authorization", f"Bearer {token}")
        connection = self.connect(port)
        try:
            connection.request(method, target, body, sent)
            response = connection.getresponse()
            received = {name.lower(): value for name, value in response.getheaders()}
            return Answer(response.status, received, response.read())
        finally:
            connection.close()

    def connect(self, port: int = API_PORT) -> http.client.HTTPConnection:
        return http.client.HTTPConnection("127.0.0.1", self.ports[port], timeout=15)

    def ask_raw(self, request: bytes) -> bytes:
        """Send bytes as they are and return all that comes back."""
        with socket.create_connection(("127.0.0.1", self.ports[API_PORT]), timeout=15) as client:
            client.sendall(request)
            answer = b""
            while chunk := client.recv(65536):
                answer += chunk
            return answer

    def log(self) -> str:
        return self.log_file.read_text()

    def stop_softly(self) -> None:
        """Do what the kubelet does: the official image's stop signal."""
        self.process.send_signal(signal.SIGUSR1)


def free_ports(count: int) -> list[int]:
    with contextlib.ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(count)]
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return [one.getsockname()[1] for one in sockets]


def moved(config: str, ports: Mapping[int, int], vllm_port: int) -> str:
    """Move the pod's ports to free ones on loopback: the one change made to the rendered file."""
    for port, free in ports.items():
        assert config.count(f"bind :{port} ") == 1
        config = config.replace(f"bind :{port} ", f"bind 127.0.0.1:{free} ")
    assert config.count(f"127.0.0.1:{VLLM_PORT}") == 3
    return config.replace(f"127.0.0.1:{VLLM_PORT}", f"127.0.0.1:{vllm_port}")


@contextlib.contextmanager
def running_gateway(
    haproxy: str, folder: Path, *, key: str, vllm_port: int, rendered: str
) -> Iterator[Gateway]:
    ports = dict(zip((API_PORT, METRICS_PORT, HEALTH_PORT), free_ports(3), strict=True))
    config, log_file = folder / "haproxy.cfg", folder / "log"
    config.write_text(moved(rendered, ports, vllm_port))
    config.chmod(0o644)
    with log_file.open("wb") as log:
        process = subprocess.Popen(
            [haproxy, *GATEWAY_COMMAND[1:], str(config)],
            env={API_KEY_VARIABLE: key},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            **_as_nobody(),
        )
    gateway = Gateway(process, ports, log_file, key)
    try:
        wait_until(lambda: _answers(gateway), "the gateway did not start:\n" + gateway.log())
        yield gateway
    finally:
        process.kill()
        process.wait()


def wait_until(condition: Callable[[], bool], complaint: str, seconds: float = 15) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, complaint
        time.sleep(0.05)


def _answers(gateway: Gateway) -> bool:
    assert gateway.process.poll() is None, gateway.log()
    try:
        return gateway.ask("GET", "/gateway", port=HEALTH_PORT).status == 200
    except ConnectionRefusedError:
        return False


def _as_nobody() -> dict[str, object]:
    """Drop to the container's unprivileged user, where the tests run as root and can."""
    if os.geteuid() != 0:
        return {}
    return {"user": UNPRIVILEGED, "group": UNPRIVILEGED, "extra_groups": []}
