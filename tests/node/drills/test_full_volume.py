"""The volume of MLflow's artifacts gets full: clients are told, and nothing is lost."""

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hoheit_lab.node import tree
from hoheit_lab.node.layout import NodeLayout
from node.drills.client import finished, manifest
from node.drills.platform import ALERTMANAGER_URL, MLFLOW_URL, Platform
from node.drills.processes import seen_by
from node.drills.report import Report
from support.waiting import until

CHUNK = 2**20
CLAIM = "mlflow-objects"
"""How the claim of the artifacts' volume is called, up to its hash."""
ALERT = "KubePersistentVolumeFillingUp"


def data_of(platform: Platform, claim: str) -> Path:
    """Returns where the host finds the data of a claim of MLflow's."""
    claims = platform.lab.kubectl("get", "pvc", "-n", "mlflow", "-o", "json")["items"]
    (volume,) = [
        one["spec"]["volumeName"] for one in claims if one["metadata"]["name"].startswith(claim)
    ]
    layout = NodeLayout(platform.lab.state)
    first = tree.pid_one(layout)
    assert first is not None
    return seen_by(first, str(layout.volumes / volume / "data"))


@pytest.fixture
def ballast(platform: Platform) -> Iterator[Path]:
    """A file that leaves no room on the volume of the artifacts; it goes in any case."""
    file = data_of(platform, CLAIM) / "ballast"
    yield file
    file.unlink(missing_ok=True)


def fill(file: Path) -> None:
    full = pytest.raises(OSError, match="No space left on device")
    with file.open("wb", buffering=0) as output, full:
        while output.write(b"x" * CHUNK):
            pass


def artifacts(platform: Platform, *orders: str) -> list[dict[str, Any]]:
    """Lets a client write and read artifacts; returns what it was answered."""
    words = json.dumps(orders)
    return finished(
        platform, manifest(platform, "artifacts", "artifacts", URL=MLFLOW_URL, ORDERS=words)
    )


def server_log(platform: Platform) -> str:
    (server,) = platform.pods("mlflow", "app.kubernetes.io/name=mlflow")
    words = ("logs", server["metadata"]["name"], "-c", "mlflow", "-n", "mlflow", "--since=5m")
    return platform.lab.kubectl(*words)


def alerts(platform: Platform) -> list[dict[str, str]]:
    """Returns the labels of what Alertmanager was told of volumes."""
    told = platform.get(ALERTMANAGER_URL, "/api/v2/alerts")
    return [one["labels"] for one in told if one["labels"]["alertname"] == ALERT]


def test_a_full_volume_is_an_error_and_an_alert_and_what_was_there_stays_readable(
    platform: Platform, ballast: Path, report: Report
) -> None:
    (before,) = artifacts(platform, "write before.bin")
    assert before["status"] == 200
    assert alerts(platform) == []
    fill(ballast)
    filled = time.time()
    refused, kept = artifacts(platform, "write refused.bin", "read before.bin")
    assert refused["status"] == 500
    assert "No space left on device" in server_log(platform)
    assert (kept["status"], kept["same"]) == (200, True)
    until(lambda: alerts(platform), 600)
    report.record("full volume", alert_seconds=time.time() - filled, refused=str(refused["text"]))
    (alert,) = alerts(platform)
    assert (alert["namespace"], alert["severity"]) == ("mlflow", "critical")
    assert alert["persistentvolumeclaim"].startswith(CLAIM)
    ballast.unlink()
    read, written = artifacts(platform, "read before.bin", "write after.bin")
    assert (read["same"], written["status"]) == (True, 200)
