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

from hoheit._api_keys import FOLLOW_FILE, FOLLOW_KEYS, KEYS_FILE, KEYS_MOUNT, keys_file
from hoheit._gateway import (
    API_PORT,
    GATEWAY_COMMAND,
    GATEWAY_FILE,
    GATEWAY_MOUNT,
    HEALTH_PORT,
    METRICS_PORT,
    UPSTREAM_KEY_VARIABLE,
    VLLM_PORT,
)
from support.ports import free_ports

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
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
    folder: Path
    key: str
    """A client's key."""

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
        return (self.folder / "log").read_text()

    def accept(self, *keys: tuple[str, str]) -> None:
        """Change the mounted Secret as the kubelet does, in one step."""
        mount_keys(self.folder / "keys", keys)

    def stop_softly(self) -> None:
        """Do what the kubelet does: the official image's stop signal."""
        self.process.send_signal(signal.SIGUSR1)


def moved(config: str, ports: Mapping[int, int], vllm_port: int) -> str:
    """Move the pod's ports to free ones on loopback."""
    for port, free in ports.items():
        assert config.count(f"bind :{port} ") == 1
        config = config.replace(f"bind :{port} ", f"bind 127.0.0.1:{free} ")
    assert config.count(f"127.0.0.1:{VLLM_PORT}") == 3
    return config.replace(f"127.0.0.1:{VLLM_PORT}", f"127.0.0.1:{vllm_port}")


def mount_keys(mount: Path, keys: Iterable[tuple[str, str]]) -> None:
    """Write the file of keys behind links, the last of which is swapped, as the kubelet does."""
    mount.mkdir(exist_ok=True)
    version = mount / f"..{time.time_ns()}"
    version.mkdir()
    (version / KEYS_FILE).write_text(keys_file(keys))
    swapped = mount / "..new"
    swapped.symlink_to(version.name)
    swapped.rename(mount / "..data")
    if not (mount / KEYS_FILE).is_symlink():
        (mount / KEYS_FILE).symlink_to(f"..data/{KEYS_FILE}")


def write_files(folder: Path, config: str) -> Path:
    """Write what a gateway mounts, and point the configuration to it; return the latter."""
    text = FOLLOW_KEYS.replace(KEYS_MOUNT, str(folder / "keys"))
    (folder / FOLLOW_FILE).write_text(text)
    config = config.replace(KEYS_MOUNT, str(folder / "keys"))
    file = folder / GATEWAY_FILE
    file.write_text(config.replace(GATEWAY_MOUNT, str(folder)))
    return file


@contextlib.contextmanager
def running_gateway(  # noqa: PLR0913 - each is something that a pod has
    haproxy: str, folder: Path, *, key: str, upstream_key: str, vllm_port: int, rendered: str
) -> Iterator[Gateway]:
    ports = dict(zip((API_PORT, METRICS_PORT, HEALTH_PORT), free_ports(3), strict=True))
    mount_keys(folder / "keys", [("tests", key)])
    config = write_files(folder, moved(rendered, ports, vllm_port))
    with haproxy_process(haproxy, config, {UPSTREAM_KEY_VARIABLE: upstream_key}) as process:
        gateway = Gateway(process, ports, folder, key)
        wait_until(lambda: _answers(gateway), "the gateway did not start:\n" + gateway.log())
        yield gateway


@contextlib.contextmanager
def haproxy_process(
    haproxy: str, config: Path, environment: Mapping[str, str]
) -> Iterator[subprocess.Popen[bytes]]:
    """Run the real HAProxy, with its log beside its configuration."""
    with (config.parent / "log").open("wb") as log:
        process = subprocess.Popen(
            [haproxy, *GATEWAY_COMMAND[1:], str(config)],
            env=dict(environment),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            **_as_nobody(),
        )
    try:
        yield process
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
