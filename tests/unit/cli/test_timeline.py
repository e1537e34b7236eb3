"""`hoheit timeline`: the parts of a start, from what a cluster tells of it."""

import json
from pathlib import Path
from typing import Any

import pytest
from hoheit_cli import main
from hoheit_cli.start_steps import seconds_in, steps_of
from support.documents import DOCS
from support.kubectl_double import KubectlDouble
from support.served_models import export, node, pod, service

DIGEST = "sha256:" + "1" * 64
RECORDED = Path(__file__).parents[2] / "golden" / "start_of_small.json"
"""Pods and events of stack `local-real`, as the API server gave them after its first start; fields
that nobody reads are taken off."""


def ended(name: str, start: str, end: str) -> dict[str, Any]:
    times = {"startedAt": f"2026-11-26T10:{start}Z", "finishedAt": f"2026-11-26T10:{end}Z"}
    return {"name": name, "state": {"terminated": {"exitCode": 0, **times}}}


def running(name: str, since: str) -> dict[str, Any]:
    return {"name": name, "state": {"running": {"startedAt": f"2026-11-26T10:{since}Z"}}}


def pulled(of: dict[str, Any], image: str, took: str) -> dict[str, Any]:
    message = f'Successfully pulled image "{image}" in {took} (1m9s including waiting). Image size'
    return {
        "reason": "Pulled",
        "message": message,
        "involvedObject": {"uid": of["metadata"]["uid"]},
    }


def server(*, ready: bool = True) -> dict[str, Any]:
    made = pod(
        ready=ready,
        initContainerStatuses=[ended("weights", "00:18", "00:21"), running("gateway", "00:22")],
        containerStatuses=[running("vllm", "00:23")],
    )
    scheduled = {"type": "PodScheduled", "status": "True"}
    made["status"]["conditions"].append(scheduled | {"lastTransitionTime": "2026-11-26T10:00:12Z"})
    return made


def job() -> dict[str, Any]:
    made = pod("small-weights-job-1", ready=False, phase="Succeeded")
    made["status"]["containerStatuses"] = [ended("weights-fetcher", "00:05", "00:09")]
    made["metadata"]["creationTimestamp"] = "2026-11-26T10:00:00Z"
    made["metadata"]["labels"]["app.kubernetes.io/instance"] = "small-weights"
    return made


@pytest.fixture
def kubectl(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> KubectlDouble:
    double = KubectlDouble.on_path(tmp_path, monkeypatch)
    double.answers("pods", server(), job())
    double.answers("nodes", node())
    image = f"registry.lab.internal/hoheit/vllm-cpu:0.32.0@{DIGEST}"
    double.answers("events", pulled(server(), image, "4.25s"), pulled(pod("other"), "b", "1s"))
    return double


def printed(tmp_path: Path, capsys: pytest.CaptureFixture[str], *words: str) -> str:
    file = tmp_path / "export.json"
    file.write_text(json.dumps(export(service())))
    assert main.main(["timeline", "--state", str(file), *words]) == 0
    return capsys.readouterr().out


@pytest.mark.parametrize(
    ("written", "seconds"),
    [("4.25s", 4.25), ("345ms", 0.345), ("1m2.5s", 62.5), ("1h0m1s", 3601.0), ("0s", 0.0)],
)
def test_a_duration_as_go_writes_it_is_read(written: str, seconds: float) -> None:
    assert seconds_in(written) == pytest.approx(seconds)


def test_every_part_of_a_start_is_told_in_its_order(
    tmp_path: Path, kubectl: KubectlDouble, capsys: pytest.CaptureFixture[str]
) -> None:
    assert kubectl
    lines = [" ".join(line.split()) for line in printed(tmp_path, capsys).splitlines()]
    assert lines == [
        "pod small-weights-job-1, made after 0 s",
        "container weights-fetcher 4.0 s",
        "pod small-server-1, made after 10 s",
        "waiting for a node 2.0 s",
        "pull of vllm-cpu:0.32.0 4.2 s",
        "container weights 3.0 s",
        "container vllm, until ready 42.0 s",
        "small ready 65 s after its first pod was made",
    ]


def test_the_pods_of_the_service_and_of_its_weights_are_asked_for(
    tmp_path: Path, kubectl: KubectlDouble, capsys: pytest.CaptureFixture[str]
) -> None:
    printed(tmp_path, capsys)
    assert "--selector=app.kubernetes.io/instance in (small,small-weights)" in str(kubectl.asked)


def test_machines_read_the_same(
    tmp_path: Path, kubectl: KubectlDouble, capsys: pytest.CaptureFixture[str]
) -> None:
    assert kubectl
    (document,) = json.loads(printed(tmp_path, capsys, "--json"))
    assert (document["service"], document["ready_seconds"]) == ("small", 65.0)
    (weights, served) = document["pods"]
    assert weights["steps"] == [
        {"pod": "small-weights-job-1", "what": "container weights-fetcher", "seconds": 4.0}
    ]
    assert (served["after_seconds"], served["simulated"]) == (10.0, False)


def test_a_start_that_goes_on_is_not_told_as_one_that_has_ended(
    tmp_path: Path, kubectl: KubectlDouble, capsys: pytest.CaptureFixture[str]
) -> None:
    kubectl.answers("pods", server(ready=False))
    text = printed(tmp_path, capsys)
    assert text.endswith("small is not ready yet\n")
    assert "until ready" not in text
    kubectl.answers("pods")
    assert printed(tmp_path, capsys) == "small has no pod\n"


def test_pods_that_ran_nothing_are_marked(
    tmp_path: Path, kubectl: KubectlDouble, capsys: pytest.CaptureFixture[str]
) -> None:
    assert "SIMULATED" not in printed(tmp_path, capsys)
    kubectl.answers("nodes", node(**{"kwok.x-k8s.io/node": "fake"}))
    assert printed(tmp_path, capsys).count("SIMULATED, no container ran") == 2


def test_a_restart_is_told_since_only_the_last_start_is_known(
    tmp_path: Path, kubectl: KubectlDouble, capsys: pytest.CaptureFixture[str]
) -> None:
    assert "restarted" not in printed(tmp_path, capsys)
    again = server()
    again["status"]["containerStatuses"][0]["restartCount"] = 2
    kubectl.answers("pods", again)
    text = printed(tmp_path, capsys)
    assert "small-server-1, made after 0 s; restarted 2 times, the last start is shown" in text
    assert "small ready again 55 s after its first pod was made" in text


def test_the_page_shows_what_is_printed_of_a_start_that_a_real_node_made(
    tmp_path: Path, kubectl: KubectlDouble, capsys: pytest.CaptureFixture[str]
) -> None:
    recorded = json.loads(RECORDED.read_text("utf-8"))
    kubectl.answers("pods", *recorded["pods"])
    kubectl.answers("events", *recorded["events"])
    text = printed(tmp_path, capsys)
    assert "container vllm, until ready" in text
    assert f"```\n{text}```\n" in (DOCS / "cli.md").read_text("utf-8")


def test_events_that_are_gone_or_closed_leave_the_rest(
    tmp_path: Path, kubectl: KubectlDouble, capsys: pytest.CaptureFixture[str]
) -> None:
    kubectl.answers("events", refused="Error from server (Forbidden): events")
    text = printed(tmp_path, capsys)
    assert "pull of" not in text
    assert "container weights-fetcher" in text


def test_an_event_of_another_pod_or_kind_is_no_pull_of_this_one() -> None:
    other = {**pulled(server(), "a/b:1", "2s"), "involvedObject": {"uid": "another"}}
    present = {**pulled(server(), "a/b:1", "2s"), "message": 'Container image "a" already present'}
    assert not [step for step in steps_of(server(), [other, present]) if "pull" in step.what]
