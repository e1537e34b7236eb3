"""Every workload runs as it was declared, and works."""

import os
import re
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import psutil
import pytest
from node.drills.platform import STACK, Platform
from node.drills.processes import is_wrong, of_container, seen_by
from node.drills.report import Report
from support.waiting import until

TOKEN = "/secrets/kubernetes.io/serviceaccount"
CAPABILITIES = ("CapPrm", "CapEff", "CapBnd", "CapAmb", "CapInh")
EXPORTERS = {"vllm", "haproxy", "mlflow", "prometheus", "alertmanager", "kubelet"}
HOHEIT = Path(sys.executable).with_name("hoheit")


def statuses(pod: dict[str, Any]) -> list[dict[str, Any]]:
    status = pod["status"]
    return [*status.get("initContainerStatuses", []), *status["containerStatuses"]]


def running(platform: Platform) -> Iterator[tuple[str, dict[str, Any], list[psutil.Process]]]:
    """Each running container by name, with its pod and its processes."""
    for pod in platform.every_pod():
        for one in statuses(pod):
            if "running" in one["state"]:
                name = f"{pod['metadata']['name']}/{one['name']}"
                yield name, pod, of_container(platform.lab.state, one)


def programs(platform: Platform) -> set[str]:
    return {name.rpartition("/")[2] for name, _, _ in running(platform)}


def test_every_part_of_the_platform_has_a_running_container(platform: Platform) -> None:
    parts = {"vllm", "gateway", "mlflow", "postgres", "versitygw", "prometheus", "alertmanager"}
    assert programs(platform) >= parts


def test_no_process_is_root_has_a_capability_or_can_gain_one(platform: Platform) -> None:
    for name, _, processes in running(platform):
        assert processes, name
        assert [each for each in processes if is_wrong(each, is_privileged)] == [], name


def is_privileged(status: dict[str, str]) -> bool:
    return (
        any(int(user) == 0 for user in status["Uid"].split())
        or any(int(status[kind], 16) for kind in CAPABILITIES)
        or status["NoNewPrivs"] != "1"
    )


def test_system_calls_of_every_process_are_filtered(platform: Platform) -> None:
    for name, _, processes in running(platform):
        assert [each for each in processes if is_wrong(each, is_unfiltered)] == [], name


def is_unfiltered(status: dict[str, str]) -> bool:
    return status["Seccomp"] != "2"


def test_nobody_can_write_to_the_root_file_system_of_a_container(platform: Platform) -> None:
    for name, _, processes in running(platform):
        with pytest.raises(OSError, match="Read-only file system"):
            seen_by(processes[0], "/written").write_text(name)


def test_a_token_of_the_api_server_is_where_it_was_declared_and_nowhere_else(
    platform: Platform,
) -> None:
    holders = set()
    for name, pod, processes in running(platform):
        # By the mount: /var/run is a link in most images, and would lead out of them.
        has = TOKEN in Path(f"/proc/{processes[0].pid}/mountinfo").read_text()
        assert has == pod["spec"].get("automountServiceAccountToken", True), name
        holders |= {name.rpartition("/")[2]} if has else set()
    assert holders == {"prometheus"}


def test_every_container_runs_the_digest_that_the_build_wrote_down(platform: Platform) -> None:
    built = {f"{image.reference}@{image.digest}" for image in platform.lock.images}
    seen = set()
    for pod in platform.every_pod():
        spec = pod["spec"]
        wanted = {
            one["name"]: one["image"]
            for one in [*spec.get("initContainers", []), *spec["containers"]]
        }
        for one in statuses(pod):
            assert wanted[one["name"]] in built
            assert digest(one["imageID"]) == digest(wanted[one["name"]])
            seen.add(wanted[one["name"]])
    (unused,) = built - seen
    assert "/vllm-cpu-wheels:" in unused  # a part of vllm-cpu, which is built in two steps


def digest(reference: str) -> str:
    return reference.rpartition("@")[2]


def test_no_thread_of_the_server_is_bound_to_a_core(platform: Platform) -> None:
    (processes,) = [found for name, _, found in running(platform) if name.endswith("/vllm")]
    cores = set(psutil.Process().cpu_affinity() or ())
    threads = [thread.id for process in processes for thread in process.threads()]
    assert len(threads) > len(processes)
    for thread in threads:
        with suppress(ProcessLookupError):
            assert os.sched_getaffinity(thread) == cores


def test_every_probe_passes_and_nothing_was_started_twice(platform: Platform) -> None:
    for pod in platform.every_pod():
        if pod["status"]["phase"] == "Succeeded":
            continue
        assert {one["restartCount"] for one in statuses(pod)} == {0}, pod["metadata"]["name"]
        assert all(one["ready"] and one["started"] for one in pod["status"]["containerStatuses"])
        for container in pod["spec"]["containers"]:
            assert {"startupProbe", "livenessProbe"} <= container.keys(), container["name"]


def test_a_question_gets_an_answer_that_can_be_read(platform: Platform, report: Report) -> None:
    ask = (str(HOHEIT), "chat", "--stack", STACK, "--time", "Wo sind meine Daten?")
    said = platform.lab.run(*ask, cwd=platform.project.stack.directory)
    assert len(re.findall(r"[A-Za-zäöüßÄÖÜ]{2,}", said.stdout)) >= 3, said.stdout
    (seconds,) = re.findall(r"first token after ([\d.]+) s", said.stderr)
    report.record("chat", first_token_seconds=float(seconds), answer=said.stdout.strip())


def test_prometheus_reaches_every_target_and_has_what_they_counted(platform: Platform) -> None:
    until(lambda: exporters(platform) == EXPORTERS, 180)
    assert exporters(platform, "== 0") == set()
    until(lambda: platform.prometheus("sum(vllm:request_success_total) > 0"), 90)


def exporters(platform: Platform, comparison: str = "") -> set[str]:
    found = platform.prometheus(f'up{{exporter!=""}} {comparison}')
    return {one["metric"]["exporter"] for one in found}
