"""Server pods and a router pod as processes: real gateways, the real router, doubles of vLLM."""

from __future__ import annotations

import contextlib
import os
import re
import socket
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from hoheit import Images, VllmSettings
from hoheit._gateway import (
    API_PORT,
    HEALTH_PORT,
    METRICS_PORT,
    UPSTREAM_KEY_VARIABLE,
    VLLM_PORT,
    gateway_config,
)
from hoheit._gateway_sections import ROUTER_CLIENT
from hoheit._router_gateway import (
    FIRST_SLOT_PORT,
    NAMESPACE_VARIABLE,
    ROUTER_METRICS_PORT,
    ROUTER_PORT,
    routed_paths,
)
from hoheit._router_pod import RouterPod
from serving.gateway.process import (
    Gateway,
    haproxy_process,
    mount_keys,
    wait_until,
    write_files,
)
from serving.gateway.vllm_double import MODEL, VllmDouble
from support import samples
from support.ports import free_ports

if TYPE_CHECKING:
    from collections.abc import Iterator

    from serving.router.dns_double import DnsDouble

CLIENT_KEY = "key-of-a-client"
ROUTER_KEY = "key-of-the-router"
ENGINE_KEY = "key-of-the-engine"
SERVERS = "mistral-servers"
NAMESPACE = "models"
DOMAIN = "cluster.local"


@dataclass
class ServerPod:
    """A gateway at an address of its own, which is a pod's, and a double of vLLM behind it."""

    address: str
    vllm: VllmDouble
    process: subprocess.Popen[bytes]
    folder: Path

    def die(self) -> None:
        """Be gone without a word, as with its node."""
        self.process.kill()
        self.process.wait()
        self.vllm.stop()

    def log(self) -> str:
        return (self.folder / "log").read_text()

    def answered(self) -> int:
        return len([one for one in self.vllm.targets() if not one.endswith("/render")])


@dataclass
class RouterProcesses:
    gateway: Gateway
    router: subprocess.Popen[bytes]
    router_port: int

    def stop_softly(self) -> None:
        """Do what the kubelet does after ``preStop``: the router first, its sidecar after it."""
        self.router.terminate()


def settings(**changes: object) -> VllmSettings:
    given = {"replicas": 2, "idle_timeout_seconds": 20, "drain_seconds": 20, **changes}
    return samples.settings(served_model_name=MODEL, **given)


@contextlib.contextmanager
def server_pod(haproxy: str, address: str, ports: dict[int, int]) -> Iterator[ServerPod]:
    asked = settings()
    config = gateway_config(
        model_names=asked.model_names,
        allowed_paths=routed_paths(asked.routes),
        idle_timeout_seconds=asked.idle_timeout_seconds,
        drain_seconds=asked.drain_seconds,
        max_body_bytes=asked.max_body_mib * 1024**2,
    )
    vllm = VllmDouble(key=ENGINE_KEY, port=free_ports(1)[0])
    for port, free in ports.items():
        config = config.replace(f"bind :{port} ", f"bind {address}:{free} ")
    config = config.replace(f"127.0.0.1:{VLLM_PORT}", f"127.0.0.1:{vllm.port}")
    vllm.start()
    with readable_folder() as folder:
        mount_keys(folder / "keys", [(ROUTER_CLIENT, ROUTER_KEY)])
        file = write_files(folder, config)
        with haproxy_process(haproxy, file, {UPSTREAM_KEY_VARIABLE: ENGINE_KEY}) as process:
            yield ServerPod(address, vllm, process, folder)
    vllm.stop()


@contextlib.contextmanager
def router_pod(
    haproxy: str, environment: Path, dns: DnsDouble, pods: dict[int, int], asked: VllmSettings
) -> Iterator[RouterProcesses]:
    """Run both containers with the rendered file and arguments, ports moved to free ones."""
    pod = RouterPod(settings=asked, images=Images(), servers=SERVERS, domain=DOMAIN)
    slots = asked.most_pods
    first = free_range(slots)
    own = dict(zip((API_PORT, METRICS_PORT, HEALTH_PORT), free_ports(3), strict=True))
    inner = dict(zip((ROUTER_PORT, ROUTER_METRICS_PORT), free_ports(2), strict=True))
    config = moved_config(pod.gateway, slots, first=first, own=own, inner=inner, pods=pods, dns=dns)
    flags = [moved_flag(one, first=first, inner=inner) for one in pod.flags]
    with contextlib.ExitStack() as stack:
        folder = stack.enter_context(readable_folder())
        mount_keys(folder / "keys", [("tests", CLIENT_KEY)])
        variables = {UPSTREAM_KEY_VARIABLE: ROUTER_KEY, NAMESPACE_VARIABLE: NAMESPACE}
        file = write_files(folder, config)
        process = stack.enter_context(haproxy_process(haproxy, file, variables))
        router = stack.enter_context(router_process(environment, folder, flags))
        gateway = Gateway(process, own, folder, CLIENT_KEY)
        found = RouterProcesses(gateway, router, inner[ROUTER_PORT])
        complaint = "the router did not start"
        wait_until(lambda: _ready(found, folder), complaint, seconds=60)
        yield found


def moved_config(  # noqa: PLR0913 - each is a set of ports, by name
    config: str,
    slots: int,
    *,
    first: int,
    own: dict[int, int],
    inner: dict[int, int],
    pods: dict[int, int],
    dns: DnsDouble,
) -> str:
    moves = {f"bind :{port} ": f"bind 127.0.0.1:{free} " for port, free in own.items()}
    loopback = "server router 127.0.0.1"
    moves |= {f"{loopback}:{port}\n": f"{loopback}:{free}\n" for port, free in inner.items()}
    last = slots - 1
    moves[f"bind 127.0.0.1:{FIRST_SLOT_PORT}-{FIRST_SLOT_PORT + last} "] = (
        f"bind 127.0.0.1:{first}-{first + last} "
    )
    for slot in range(slots):
        moves[f"dst_port {FIRST_SLOT_PORT + slot} "] = f"dst_port {first + slot} "
    moves[f':{API_PORT}"'] = f':{pods[API_PORT]}"'
    moves[f"check port {HEALTH_PORT} "] = f"check port {pods[HEALTH_PORT]} "
    moves["parse-resolv-conf"] = f"nameserver test 127.0.0.1:{dns.port}"
    assert all(before in config for before in moves)
    # In one pass: a free port may look like one that is still to be moved.
    return re.sub("|".join(map(re.escape, moves)), lambda found: moves[found[0]], config)


def moved_flag(flag: str, *, first: int, inner: dict[int, int]) -> str:
    for port, free in inner.items():
        flag = flag.removesuffix(f"={port}") + (f"={free}" if flag.endswith(f"={port}") else "")
    prefix = "http://127.0.0.1:"
    if flag.startswith(prefix):
        return f"{prefix}{int(flag.removeprefix(prefix)) - FIRST_SLOT_PORT + first}"
    return flag


@contextlib.contextmanager
def router_process(
    environment: Path, folder: Path, flags: list[str]
) -> Iterator[subprocess.Popen[bytes]]:
    with (folder / "router.log").open("wb") as log:
        process = subprocess.Popen(
            [environment / "bin" / "vllm-router", *flags],
            env={"PATH": os.environ["PATH"], "HOME": str(folder)},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
        )
    try:
        yield process
    finally:
        process.kill()
        process.wait()


@contextlib.contextmanager
def readable_folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        yield folder


def free_range(count: int) -> int:
    """Return the first of ``count`` free ports in a row."""
    for _ in range(100):
        (first,) = free_ports(1)
        with contextlib.suppress(OSError), contextlib.ExitStack() as stack:
            for port in range(first, first + count):
                stack.enter_context(_bound(port))
            return first
    raise AssertionError(f"there are no {count} free ports in a row")


@contextlib.contextmanager
def _bound(port: int) -> Iterator[None]:
    with socket.socket() as one:
        one.bind(("127.0.0.1", port))
        yield


def _ready(found: RouterProcesses, folder: Path) -> bool:
    assert found.gateway.process.poll() is None, found.gateway.log()
    assert found.router.poll() is None, (folder / "router.log").read_text()
    try:
        return found.gateway.ask("GET", "/ready", port=HEALTH_PORT).status == 200
    except ConnectionRefusedError:
        return False
