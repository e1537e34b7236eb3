"""CoreDNS with the lab's Corefile and the rights of its account, at the lab's API server."""

from __future__ import annotations

import socket
import struct
import subprocess
import time
from typing import TYPE_CHECKING

import pytest
import yaml
from hoheit_lab.cluster import api_of
from hoheit_lab.node.dns import COREFILE, apply_dns, dns_objects
from support.waiting import until

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from support.lab import Lab

NO_SUCH_NAME = 3
"""RCODE of NXDOMAIN, RFC 1035 section 4.1.1."""


def ask(port: int, name: str) -> tuple[int, list[str]]:
    """Asks for the addresses of a name, in the format of RFC 1035; returns code and addresses."""
    labels = b"".join(bytes([len(part)]) + part.encode() for part in name.split("."))
    question = labels + b"\0" + struct.pack(">HH", 1, 1)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
        client.settimeout(5)
        client.connect(("127.0.0.1", port))
        client.send(struct.pack(">HHHHHH", 7, 0x0100, 1, 0, 0, 0) + question)
        answer = client.recv(512)
    _, flags, _, count, _, _ = struct.unpack(">HHHHHH", answer[:12])
    rest, addresses = answer[12 + len(question) :], []
    for _ in range(count):
        owner = rest.index(b"\0") + 1 if rest[0] < 0xC0 else 2
        kind, _, _, length = struct.unpack(">HHIH", rest[owner : owner + 10])
        if kind == 1:
            addresses.append(socket.inet_ntoa(rest[owner + 10 : owner + 14]))
        rest = rest[owner + 10 + length :]
    return flags & 0xF, addresses


def kubeconfig(lab: Lab) -> str:
    """Returns the lab's, with the token of CoreDNS's account in place of the administrator."""
    config = yaml.safe_load(lab.state.kubeconfig.read_text())
    token = lab.kubectl("create", "token", "coredns", "--namespace", "kube-system").strip()
    (user,) = config["users"]
    user["user"] = {"token": token}
    return yaml.safe_dump(config)


@pytest.fixture(scope="module")
def credentials(lab: Lab) -> Iterator[str]:
    api, image = api_of(lab.state), f"registry.lab.internal/hoheit/coredns@sha256:{'0' * 64}"
    apply_dns(api, image)
    yield kubeconfig(lab)
    for path in dns_objects(image):
        api.delete(path)


@pytest.fixture
def server(
    credentials: str, programs: dict[str, Path], ports: list[int], tmp_path: Path
) -> Iterator[int]:
    """Answers on the port that is returned; ports and account are all that differs from a pod."""
    (tmp_path / "kubeconfig").write_text(credentials)
    dns, health, ready, metrics = ports
    changes = {
        ":53": f":{dns}",
        "    errors\n": "    errors\n    bind 127.0.0.1\n",
        "health {": f"health 127.0.0.1:{health} {{",
        "    ready\n": f"    ready 127.0.0.1:{ready}\n",
        "ip6.arpa\n": f"ip6.arpa {{\n kubeconfig {tmp_path / 'kubeconfig'} lab\n }}\n",
        "prometheus :9153": f"prometheus 127.0.0.1:{metrics}",
    }
    corefile = COREFILE
    for ours, test in changes.items():
        assert ours in corefile
        corefile = corefile.replace(ours, test)
    (tmp_path / "Corefile").write_text(corefile)
    with (tmp_path / "log").open("wb") as log:
        running = subprocess.Popen(
            [programs["coredns"], "-conf", tmp_path / "Corefile"], stdout=log, stderr=log
        )
    try:
        until(lambda: is_ready(ready) and answers(dns))
        yield dns
    finally:
        running.kill()
        running.wait()


def is_ready(port: int) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=5) as client:
            client.send(b"GET /ready HTTP/1.0\r\n\r\n")
            return b" 200 " in client.recv(100)
    except OSError:
        return False


def answers(port: int) -> bool:
    """Says whether anybody listens: CoreDNS calls itself ready a moment before it does."""
    try:
        ask(port, "anything")
    except ConnectionRefusedError:
        return False
    return True


def test_a_service_is_found_by_its_name(server: int) -> None:
    assert ask(server, "kubernetes.default.svc.cluster.local") == (0, ["10.96.0.1"])


def test_a_new_service_is_found_soon_and_a_deleted_one_is_not(lab: Lab, server: int) -> None:
    name = "shop.default.svc.cluster.local"
    lab.kubectl("create", "service", "clusterip", "shop", "--tcp=80", "--clusterip=10.96.7.7")
    until(lambda: ask(server, name) == (0, ["10.96.7.7"]), seconds=60)
    lab.kubectl("delete", "service", "shop")
    until(lambda: ask(server, name) == (NO_SUCH_NAME, []), seconds=60)


def test_there_is_no_name_outside_and_that_is_said_at_once(server: int) -> None:
    started = time.monotonic()
    assert ask(server, "huggingface.co") == (NO_SUCH_NAME, [])
    assert time.monotonic() - started < 2
