"""HAProxy itself relays between two places that share nothing but a directory."""

import shutil
import socket
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic, sleep

import pytest
from hoheit_lab.node import machine
from hoheit_lab.node.bridge import haproxy_config, in_node, on_host


def test_the_api_server_has_the_same_port_on_the_nodes_loopback_as_on_the_hosts() -> None:
    assert on_host(6443, 5001)["api"].target == "127.0.0.1:6443"
    assert in_node(6443)["api"].listens == ("127.0.0.1:6443", "10.127.0.1:6443")


def test_what_one_side_sends_to_a_socket_the_other_side_listens_on() -> None:
    host, node = on_host(6443, 5001), in_node(6443)
    assert host["api"].listens[0].startswith(node["api"].target)
    assert node["registry"].listens[0].startswith(host["registry"].target)


def test_nothing_listens_on_more_than_loopback_or_a_socket_of_root() -> None:
    for listen in (*on_host(1, 2)["api"].listens, *on_host(1, 2)["registry"].listens):
        assert listen.startswith("127.0.0.1:") or listen.endswith("mode 600")


def test_a_connection_from_the_node_reaches_the_api_server_of_the_host(tmp_path: Path) -> None:
    if machine.find("haproxy") is None:
        pytest.skip("haproxy is missing: apt-get install haproxy")
    with echo() as (port, answers), relayed(tmp_path, port):
        with dial(tmp_path / "api.sock") as connection:
            connection.sendall(b"hello")
            assert connection.recv(64) == b"hello"
        assert answers == [b"hello"]
        assert (tmp_path / "api.sock").stat().st_mode & 0o777 == 0o600


@contextmanager
def echo() -> Iterator[tuple[int, list[bytes]]]:
    answers: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            connection, _ = server.accept()
            with connection:
                answers.append(connection.recv(64))
                connection.sendall(answers[-1])

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield server.getsockname()[1], answers
        thread.join(5)


@contextmanager
def relayed(directory: Path, port: int) -> Iterator[None]:
    relays = {"api": on_host(port, 0)["api"]}
    config = directory / "haproxy.cfg"
    config.write_text(haproxy_config(relays))
    program = str(shutil.which("haproxy", path=machine.search_path()))
    with subprocess.Popen([program, "-db", "-f", str(config)], cwd=directory) as proxy:
        try:
            yield
        finally:
            proxy.kill()


def dial(path: Path) -> socket.socket:
    deadline = monotonic() + 10
    while True:
        connection = socket.socket(socket.AF_UNIX)
        try:
            connection.connect(str(path))
        except OSError:
            connection.close()
            if monotonic() > deadline:
                raise
            sleep(0.05)
        else:
            return connection
