"""The model server needs nobody: it runs where no packet could leave, and tries to send none."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from node.drills.client import PROGRAMS
from node.drills.platform import Platform
from node.drills.processes import of_container, pause_of, seen_by, status_of
from support.waiting import until

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

    from node.drills.report import Report

NAME = "alone"
GATE = {"name": "gate", "mountPath": "/gate"}
TRAP = """
ip link set eth0 down
ip link add trap type veth peer name trapped
ip link set trap addrgenmode none
ip link set trapped addrgenmode none
ip link set trapped up
ip link set trap arp off up
ip address add 192.0.2.2/32 dev trap
ip route add default dev trap
"""
"""A default route that ends in the namespace: nothing leaves, and what is tried over IPv4 is seen.

Over IPv6 there is no route, so nothing can be sent at all.
"""


def lonely(platform: Platform) -> dict[str, Any]:
    """The server's container as it was rendered, with weights from their image, behind a gate.

    No probe, because the kubelet's would come over the network.
    """
    spec = platform.server()["spec"]
    (engine,) = spec["containers"]
    kept = {"name", "image", "command", "args", "env", "securityContext", "volumeMounts"}
    engine = {key: value for key, value in engine.items() if key in kept}
    weights = {"name": "weights", "mountPath": "/models"}
    copy = f"mkdir -p {engine['args'][1]} && cp -RL /model/. {engine['args'][1]}"
    wait = "until [ -e /gate/open ]; do sleep 0.2; done"
    safe = {"securityContext": engine["securityContext"]}
    gate = {"name": "gate", "image": platform.lab.tools, "volumeMounts": [GATE], **safe}
    model = {"name": "model", "image": platform.weights_image(), "volumeMounts": [weights], **safe}
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": NAME, "namespace": "models"},
        "spec": {
            "automountServiceAccountToken": False,
            "enableServiceLinks": False,
            "restartPolicy": "Never",
            "terminationGracePeriodSeconds": spec["terminationGracePeriodSeconds"],
            "securityContext": spec["securityContext"],
            "nodeSelector": spec["nodeSelector"],
            "initContainers": [
                {**gate, "command": ["/busybox", "sh", "-c", wait]},
                {**model, "command": ["sh", "-c", copy]},
            ],
            "containers": [engine],
            "volumes": [*spec["volumes"], {"name": "gate", "emptyDir": {}}],
        },
    }


class Namespace:
    """The network namespace of a pod, from outside."""

    def __init__(self, pid: int) -> None:
        self._enter = ["nsenter", f"--target={pid}", "--net", "--"]

    def run(self, *command: str, **environment: str) -> str:
        done = subprocess.run(
            [*self._enter, *command],
            env={**os.environ, **environment},
            capture_output=True,
            text=True,
            check=True,
        )
        return done.stdout

    @contextmanager
    def captured(self, file: Path) -> Generator[None]:
        """Writes down what is sent, as long as somebody may send."""
        with file.open("w") as output:
            capture = subprocess.Popen(
                [*self._enter, sys.executable, str(PROGRAMS / "capture.py")],
                stdin=subprocess.PIPE,
                stdout=output,
            )
        try:
            until(lambda: "listening" in file.read_text(), 10)
            yield
        finally:
            capture.communicate(timeout=10)


@pytest.fixture
def pod(platform: Platform) -> Iterator[dict[str, Any]]:
    """The pod behind its gate."""
    platform.lab.apply(lonely(platform))
    until(lambda: "running" in init_state(platform), 60)
    yield found(platform)
    gone = ("delete", "pod", NAME, "-n", "models", "--now", "--ignore-not-found")
    platform.lab.kubectl(*gone)


def found(platform: Platform) -> dict[str, Any]:
    return platform.lab.kubectl("get", "pod", NAME, "-n", "models", "-o", "json")


def init_state(platform: Platform) -> dict[str, Any]:
    statuses = found(platform)["status"].get("initContainerStatuses") or [{"state": {}}]
    return statuses[0]["state"]


def open_gate(platform: Platform, pod: dict[str, Any]) -> None:
    (waiting, *_) = of_container(platform.lab.state, pod["status"]["initContainerStatuses"][0])
    seen_by(waiting, "/gate/open").touch()


def sent(file: Path) -> list[str]:
    return file.read_text().splitlines()[1:]


def test_a_server_without_a_route_answers_and_sends_no_packet_from_start_to_end(
    platform: Platform, pod: dict[str, Any], tmp_path: Path, report: Report
) -> None:
    space = Namespace(pause_of(platform.lab.state, pod["metadata"]["uid"]).pid)
    space.run("sh", "-ec", TRAP)
    file = tmp_path / "packets"
    with space.captured(file):
        space.run(sys.executable, "-c", CONTROL)
        until(lambda: len(sent(file)) > 0, 10)
        control = len(sent(file))
        open_gate(platform, pod)
        answers = asked(platform, space)
        (process, *_) = of_container(
            platform.lab.state, found(platform)["status"]["containerStatuses"][0]
        )
        assert status_of(process)["Uid"].split()[0] != "0"
        platform.lab.kubectl("delete", "pod", NAME, "-n", "models", "--timeout=120s")
        assert not process.is_running()
    assert all(line["ok"] for line in answers), answers
    assert len(answers) == 20
    assert sent(file)[control:] == []
    report.record("no route", answers=len(answers), packets_sent=0, control_packets=control)


CONTROL = """
import socket
socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b"is anybody listening?", ("8.8.8.8", 53))
"""


def asked(platform: Platform, space: Namespace) -> list[dict[str, Any]]:
    """What the server answers from inside, as soon as it does."""
    arguments = found(platform)["spec"]["containers"][0]["args"]
    (port,) = [word.partition("=")[2] for word in arguments if word.startswith("--port=")]
    url = f"http://127.0.0.1:{port}"
    until(lambda: space.run("sh", "-c", f"curl -sf {url}/health && echo yes || true") != "", 240)
    (key,) = [one for one in found(platform)["spec"]["containers"][0]["env"] if "valueFrom" in one]
    secret = key["valueFrom"]["secretKeyRef"]
    said = space.run(
        *(sys.executable, str(PROGRAMS / "stream.py")),
        URL=url,
        KEY=platform.secret("models", secret["name"])[secret["key"]],
        MODEL="small",
        ASKERS="2",
        REQUESTS="10",
        SECONDS="120",
    )
    return [json.loads(line) for line in said.splitlines()]
