"""How a server pod comes up, and what it then is."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from serving.vllm.model import NAME
from serving.vllm.pod import ENGINE, GATEWAY

if TYPE_CHECKING:
    from serving.vllm.conftest import Fetched
    from serving.vllm.pod import Pod


def test_a_pod_is_ready_only_when_vllm_lists_the_model(pod: Pod) -> None:
    unready = [moment for moment in pod.moments if not moment.is_ready]
    ready = [moment for moment in pod.moments if moment.is_ready]

    assert unready
    assert ready
    assert [NAME in moment.listed for moment in ready] == [True] * len(ready)


def test_each_model_was_asked_once_before_the_pod_was_ready(pod: Pod) -> None:
    assert pod.finished_when_ready >= len(pod.api.models()) > 1


def test_every_probe_of_a_ready_pod_succeeds(pod: Pod) -> None:
    asked = [
        (container, kind)
        for container in (ENGINE, GATEWAY)
        for kind in pod.rendered.container(container)
        if kind.endswith("Probe")
    ]

    assert len(asked) == 5
    assert [one for one in asked if not pod.probe(*one)] == []


def test_the_kv_cache_has_the_tokens_that_the_plan_says(pod: Pod, fetched: Fetched) -> None:
    (tokens,) = re.findall(r"KV cache size: ([\d,]+) tokens", pod.engine.log)

    assert fetched.service.plan["kv_tokens"] == int(tokens.replace(",", ""))


def test_the_concurrency_is_the_one_that_the_plan_says(pod: Pod, fetched: Fetched) -> None:
    (times,) = re.findall(
        r"Maximum concurrency for 8,192 tokens per request: ([\d.]+)x", pod.engine.log
    )

    assert fetched.service.plan["max_concurrency"] == float(times)


def test_process_1_is_vllm_without_root_and_without_any_capability(pod: Pod) -> None:
    status = dict(
        line.split(":\t", 1)
        for line in Path(f"/proc/{pod.engine.pid}/status").read_text().splitlines()
        if ":\t" in line
    )

    assert status["NSpid"].split()[-1] == "1"
    assert set(status["Uid"].split()) == {str(pod.rendered.user)}
    assert pod.rendered.user != 0
    assert {int(status[one], 16) for one in ("CapPrm", "CapEff", "CapBnd", "CapInh")} == {0}
    assert status["NoNewPrivs"] == "1"


def test_nothing_but_volumes_can_be_written_to(pod: Pod) -> None:
    writable = {mount.target for mount in pod.engine.start.mounts if mount.is_writable}
    paths = ["/", "/etc", "/usr", "/models", "/home/vllm", "/tmp", "/dev/shm"]  # noqa: S108

    script = "for path; do if touch $path/x 2>/dev/null; then echo $path; fi; done"
    written = pod.engine.execute(["sh", "-c", script, "sh", *paths], 60).stdout.split()

    assert set(written) == writable & set(paths)
    assert written


def test_the_start_takes_no_more_memory_than_the_limit(pod: Pod) -> None:
    limit = pod.rendered.container(ENGINE)["resources"]["limits"]["memory"]
    inside = pod.engine.execute(["sh", "-c", "cat /proc/[0-9]*/smaps_rollup"], 60).stdout

    used = sum(int(kib) for kib in re.findall(r"^Pss: +(\d+) kB", inside, re.MULTILINE))

    assert 1024**2 < used < int(limit.removesuffix("Mi")) * 1024
