"""Programs die without warning; what was acknowledged is there afterwards, and all works again."""

import time
from contextlib import suppress
from http import HTTPStatus
from pathlib import Path

import psutil
import pytest
from hoheit_lab import lab as hoheit_lab
from hoheit_lab import node
from node.drills.client import Client, Line, lost, stream, tracking, working
from node.drills.platform import Platform
from node.drills.processes import of_container
from node.drills.report import Report
from support.waiting import until

SERVER = "app.kubernetes.io/name=vllm"
DATABASE = "app.kubernetes.io/name=postgres"
ENOUGH_LINES = 40
"""Written before a kill, so that it comes in the middle of writes."""
LASTING = 10
"""As many answers without a failure between them mean that all works again."""


def kill_container(platform: Platform, namespace: str, selector: str, container: str) -> float:
    """Kills every process of a container at once; returns when."""
    (pod,) = platform.pods(namespace, selector)
    (status,) = [one for one in pod["status"]["containerStatuses"] if one["name"] == container]
    processes = of_container(platform.lab.state, status)
    killed = time.time()
    for process in processes:
        with suppress(psutil.NoSuchProcess):  # the kernel has ended it with the first one
            process.kill()
    return killed


def answered_again(client: Client) -> list[Line]:
    """What was sent after the last failure, and answered; nothing where nothing has failed."""
    lines = client.lines()
    failed = [line["at"] for line in lines if not line["ok"]]
    return [line for line in lines if failed and line["sent"] >= max(failed)]


def seconds_to_recover(client: Client, killed: float) -> float:
    """How long after a kill the first answer came of those that no failure followed."""
    until(lambda: len(answered_again(client)) >= LASTING, 300)
    return answered_again(client)[0]["at"] - killed


def restarts(platform: Platform, namespace: str, selector: str) -> int:
    (pod,) = platform.pods(namespace, selector)
    return sum(one["restartCount"] for one in pod["status"]["containerStatuses"])


def test_vllm_that_is_killed_is_started_again_and_answers(
    platform: Platform, tmp_path: Path, report: Report
) -> None:
    before = restarts(platform, "models", SERVER)
    with working(platform, stream(platform, "asker", 400), tmp_path) as client:
        killed = kill_container(platform, "models", SERVER, "vllm")
        seconds = seconds_to_recover(client, killed)
        refused = {line["status"] for line in client.lines() if not line["ok"]}
    assert restarts(platform, "models", SERVER) == before + 1
    assert HTTPStatus.SERVICE_UNAVAILABLE in refused
    report.record("vllm killed", seconds=seconds)


def test_what_mlflow_acknowledged_before_postgresql_was_killed_is_there(
    platform: Platform, tmp_path: Path, report: Report
) -> None:
    before = restarts(platform, "mlflow", DATABASE)
    with working(platform, tracking(platform, "writer", 240), tmp_path) as client:
        until(lambda: len(client.good()) >= ENOUGH_LINES, 60)
        killed = kill_container(platform, "mlflow", DATABASE, "postgres")
        seconds = seconds_to_recover(client, killed)
        client.stop()
        acknowledged = client.good()
    assert restarts(platform, "mlflow", DATABASE) == before + 1
    assert lost(platform, acknowledged) == []
    at_the_time = sum(line["at"] <= killed for line in acknowledged)
    assert at_the_time >= ENOUGH_LINES
    report.record("postgresql killed", seconds=seconds, acknowledged_before=at_the_time)


def kill_program(platform: Platform, name: str) -> float:
    """Kills a program of the node; returns how long until it ran again."""
    killed = node.processes(platform.lab.state)[name]
    moment = time.time()
    killed.kill()
    until(lambda: _runs_anew(platform, name, killed))
    return time.time() - moment


def _runs_anew(platform: Platform, name: str, killed: psutil.Process) -> bool:
    found = node.processes(platform.lab.state).get(name)
    return found is not None and found.pid != killed.pid


def containers(platform: Platform) -> dict[str, tuple[str, int]]:
    """Which container runs under each name, and how often one was started again."""
    return {
        f"{pod['metadata']['name']}/{one['name']}": (one["containerID"], one["restartCount"])
        for pod in platform.every_pod()
        for one in pod["status"]["containerStatuses"]
    }


@pytest.mark.parametrize("program", ["containerd", "kubelet"])
def test_no_request_is_lost_and_no_container_starts_again_when_a_program_of_the_node_is_killed(
    program: str, platform: Platform, tmp_path: Path, report: Report
) -> None:
    before = containers(platform)
    with working(platform, stream(platform, f"during-{program}", 300), tmp_path) as client:
        seconds = kill_program(platform, program)
        began = time.time()
        # Logs come through both programs, so the pod itself is asked, once they can answer.
        until(lambda: answered_since(client, began) >= LASTING, 120)
        said = client.all_lines()
    assert [line for line in said if not line["ok"]] == []
    assert containers(platform) == before
    report.record(f"{program} killed", seconds=seconds, answered=len(said), lost=0)


def answered_since(client: Client, moment: float) -> int:
    try:
        return sum(line["ok"] and line["sent"] > moment for line in client.all_lines())
    except AssertionError:  # the kubelet does not answer yet
        return 0


def test_what_mlflow_acknowledged_before_a_power_cut_is_there_and_the_model_answers_again(
    platform: Platform, tmp_path: Path, report: Report
) -> None:
    with working(platform, tracking(platform, "writer", 240), tmp_path) as client:
        until(lambda: len(client.good()) >= ENOUGH_LINES)
        cut = time.time()
        node.power_cut(platform.lab.state)
        acknowledged = client.good()
        hoheit_lab.up(platform.lab.state)
        started = time.time()
    with (
        working(platform, tracking(platform, "writer-again", 600), tmp_path) as writer,
        working(platform, stream(platform, "asker-again", 600), tmp_path) as asker,
    ):
        report.record(
            "power cut",
            node_seconds=started - cut,
            mlflow_seconds=writer.good()[0]["at"] - cut,
            model_seconds=asker.good()[0]["at"] - cut,
            acknowledged_before=len(acknowledged),
        )
    assert lost(platform, acknowledged) == []
