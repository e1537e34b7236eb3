"""Ends processes and waits until they are gone."""

import os
import re
from collections.abc import Sequence
from contextlib import suppress
from time import monotonic, sleep

import psutil

from .errors import LabError
from .paths import StateDir

_PLUGIN = re.compile(r"\bhoheit_lab[./](language_host|providers)\b")


def end(processes: Sequence[psutil.Process], grace: float) -> None:
    """Asks processes to end, and kills those that have not after `grace` seconds."""
    for process in processes:
        with suppress(psutil.NoSuchProcess):
            process.terminate()
    for process in _still_running(processes, grace):
        with suppress(psutil.NoSuchProcess):
            process.kill()
    if stubborn := _still_running(processes, grace):
        raise LabError(f"process {stubborn[0].pid} of the lab does not end; end it and try again")


def engine_processes(state: StateDir) -> list[psutil.Process]:
    """Finds pulumi and stand-in plugins that work in this lab.

    Plugins outlive a pulumi that was killed. They carry the lab in their environment.
    """
    found: list[psutil.Process] = []
    for process in psutil.process_iter(["cmdline"]):
        command: list[str] = process.info["cmdline"] or []
        ours = command and (
            command[0].rpartition("/")[2] == "pulumi" or any(map(_PLUGIN.search, command))
        )
        if not ours or process.pid == os.getpid():
            continue
        with suppress(psutil.Error):  # gone meanwhile, or somebody else's
            if process.environ().get("HOHEIT_LAB_STATE") == str(state.root):
                found.append(process)
    return found


def _still_running(processes: Sequence[psutil.Process], seconds: float) -> list[psutil.Process]:
    """Waits for processes to end and returns those that did not."""
    deadline = monotonic() + seconds
    while (left := [process for process in processes if _runs(process)]) and monotonic() < deadline:
        sleep(0.02)
    return left


def _runs(process: psutil.Process) -> bool:
    """A zombie has ended: it waits for its parent only, which is not us."""
    try:
        return process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False
