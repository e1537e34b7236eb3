"""What holds a pod's namespaces."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path
from signal import SIGCHLD, SIGTERM
from typing import TYPE_CHECKING

import psutil
import pytest
from support.environments import missing
from support.waiting import until

if TYPE_CHECKING:
    from collections.abc import Iterator


def catches(process: int, signal: int) -> bool:
    status = Path(f"/proc/{process}/status").read_text()
    (caught,) = re.findall(r"^SigCgt:\s*(\w+)$", status, re.MULTILINE)
    return bool(int(caught, 16) >> (signal - 1) & 1)


@pytest.fixture
def first(programs: dict[str, Path]) -> Iterator[psutil.Process]:
    """Pause as the first process of a process namespace, as in a pod that shares its own."""
    if os.geteuid() != 0 or shutil.which("nsenter") is None:
        missing("a process namespace takes root and nsenter: sudo apt-get install util-linux")
    outer = subprocess.Popen(["unshare", "--pid", "--fork", "--kill-child", str(programs["pause"])])
    until(lambda: psutil.Process(outer.pid).children())
    (inner,) = psutil.Process(outer.pid).children()
    until(lambda: inner.name() == "pause" and catches(inner.pid, SIGCHLD))
    yield inner
    outer.kill()
    outer.wait()


def test_pause_waits_until_it_is_told_to_end(programs: dict[str, Path]) -> None:
    running = subprocess.Popen([programs["pause"]])
    until(lambda: catches(running.pid, SIGTERM))
    with pytest.raises(subprocess.TimeoutExpired):
        running.wait(timeout=0.5)
    running.terminate()
    assert running.wait(timeout=20) == 0


def test_processes_that_lost_their_parent_leave_nothing_behind(first: psutil.Process) -> None:
    enter = ["nsenter", "--target", str(first.pid), "--pid"]
    subprocess.run([*enter, "sh", "-c", "sleep 0.4 & sleep 0.8 &"], check=True)
    until(lambda: len(first.children()) == 2)
    until(lambda: first.children() == [])


def test_a_running_process_is_not_taken_for_one_that_ended(first: psutil.Process) -> None:
    enter = ["nsenter", "--target", str(first.pid), "--pid"]
    subprocess.run([*enter, "sh", "-c", "sleep 0.2 & sleep 30 &"], check=True)
    until(lambda: len(first.children()) == 1)
    assert first.is_running()
    (left,) = first.children()
    assert left.cmdline() == ["sleep", "30"]
