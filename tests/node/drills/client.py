"""Pods that use the platform while it is hurt, and say what they were answered."""

from __future__ import annotations

import json
import subprocess
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from node.drills.platform import CLIENTS, MLFLOW_URL, MODEL_URL
from node.pods import output, pod, wait_ready
from support.waiting import until

if TYPE_CHECKING:
    from collections.abc import Generator, Mapping

    from node.drills.platform import Platform

Line = dict[str, Any]
PROGRAMS = Path(__file__).parent / "clients"
_FIRST_ANSWER_SECONDS = 300
"""After a power cut vLLM has to start first."""
_PYTHON = "/opt/weights-fetcher/bin/python"
"""An image that the platform has anyway."""


@dataclass(frozen=True)
class Client:
    """A pod that works, and the file on the host that gets its lines as it says them."""

    platform: Platform
    name: str
    heard: IO[str]
    follower: subprocess.Popen[bytes]
    """What brings the lines."""

    def lines(self) -> list[Line]:
        """Returns what has arrived on the host so far."""
        self.heard.seek(0)
        whole = self.heard.read().rpartition("\n")[0]
        return [json.loads(line) for line in whole.splitlines() if line.startswith("{")]

    def good(self) -> list[Line]:
        return [line for line in self.lines() if line["ok"]]

    def all_lines(self) -> list[Line]:
        """Returns what the pod said, from the kubelet, whatever the host has missed."""
        said = self.platform.lab.kubectl("logs", self.name, "-n", CLIENTS)
        return [json.loads(line) for line in said.splitlines() if line.startswith("{")]

    def answered_since(self, moment: float) -> int:
        """Counts what was sent after a moment, and answered."""
        return sum(line["sent"] > moment for line in self.good())

    def stop(self) -> None:
        """Lets the pod finish what it waits for, and hears it out."""
        self.platform.lab.kubectl("delete", "pod", self.name, "-n", CLIENTS, "--timeout=90s")
        assert self.follower.wait(30) == 0


def manifest(
    platform: Platform, name: str, program: str, *arguments: str, **environment: str
) -> dict[str, Any]:
    """Returns a pod that runs one of the programs with the clients' keys."""
    made = pod(name, platform.image("weights_fetcher"), "", restartPolicy="Never")
    made["metadata"]["namespace"] = CLIENTS
    made["spec"]["terminationGracePeriodSeconds"] = 70
    (container,) = made["spec"]["containers"]
    text = (PROGRAMS / f"{program}.py").read_text("utf-8")
    container["command"] = [_PYTHON, "-c", text, *arguments]
    container["env"] = [{"name": name, "value": value} for name, value in environment.items()]
    container["envFrom"] = [{"secretRef": {"name": "keys"}}]
    return made


@contextmanager
def working(platform: Platform, made: Mapping[str, Any], folder: Path) -> Generator[Client]:
    """Runs a client, which has been answered once when this begins."""
    lab, name = platform.lab, made["metadata"]["name"]
    lab.apply(made)
    wait_ready(lab, name, CLIENTS, 120)
    with (folder / name).open("w+") as heard:
        follower = subprocess.Popen(
            ["kubectl", "logs", "--follow", name, "-n", CLIENTS], env=lab.env, stdout=heard
        )
        client = Client(platform, name, heard, follower)
        try:
            until(client.good, _FIRST_ANSWER_SECONDS)
            yield client
        finally:
            lab.run("kubectl", "delete", "pod", name, "-n", CLIENTS, "--now", check=False)
            follower.kill()
            follower.wait()


def stream(platform: Platform, name: str, seconds: int, askers: int = 2) -> dict[str, Any]:
    """Returns a client that asks the model until the time is over."""
    return manifest(
        *(platform, name, "stream"),
        URL=MODEL_URL,
        MODEL="small",
        ASKERS=str(askers),
        REQUESTS="1000000",
        SECONDS=str(seconds),
    )


def tracking(platform: Platform, name: str, seconds: int) -> dict[str, Any]:
    """Returns a client that logs to MLflow until the time is over."""
    return manifest(platform, name, "tracking", "log", URL=MLFLOW_URL, SECONDS=str(seconds))


def finished(platform: Platform, made: Mapping[str, Any]) -> list[Line]:
    """Runs a client that ends by itself; returns what it said."""
    lab, name = platform.lab, made["metadata"]["name"]
    lab.apply(made)
    try:
        return [json.loads(line) for line in output(lab, name, CLIENTS, 120).splitlines()]
    finally:
        lab.kubectl("delete", "pod", name, "-n", CLIENTS, "--now")


def steps_of(platform: Platform, runs: set[str]) -> dict[str, set[int]]:
    """Asks MLflow for the metrics of runs, by another pod than the one that wrote them."""
    words = json.dumps(sorted(runs))
    reader = manifest(platform, "reader", "tracking", "read", URL=MLFLOW_URL, RUNS=words)
    return {line["run"]: set(line["steps"]) for line in finished(platform, reader)}


def lost(platform: Platform, acknowledged: list[Line]) -> list[Line]:
    """Returns what MLflow acknowledged and does not have."""
    kept = steps_of(platform, {line["run"] for line in acknowledged})
    return [line for line in acknowledged if line["step"] not in kept[line["run"]]]
