"""The weights' way from the hub to a pod, with the commands that are rendered, and interrupted."""

from __future__ import annotations

import dataclasses
import signal
from typing import TYPE_CHECKING

from serving.vllm.container import running, wait_while_running
from serving.vllm.model import LARGEST
from serving.vllm.pod import start_of

if TYPE_CHECKING:
    from pathlib import Path

    from serving.vllm.container import Image
    from serving.vllm.rendered import Rendered
    from serving.weights.hub_double import HubDouble

_MIB = 1024**2
_SECONDS = 120


def fetch(job: Rendered, hub: HubDouble, image: Image, folder: Path) -> list[int]:
    """Run the Job, kill it half-way, run it again; return both exit statuses."""
    job.prepare_volumes()
    start = start_of(job, "mirror", image, folder)
    # The rendered hub is a public one; only here does anything else take its place.
    start = dataclasses.replace(
        start, environment={**start.environment, "HF_ENDPOINT": hub.endpoint}
    )
    hub.hold_at = {LARGEST: len(hub.files[LARGEST]) // 2 // _MIB * _MIB}
    with running(start) as process:
        for _ in wait_while_running(process, _SECONDS, "the Job does not fetch"):
            if hub.held.is_set():
                break
        process.signal(signal.SIGKILL)
        killed = process.wait(_SECONDS)
    hub.release.set()
    with running(start) as process:
        finished = process.wait(_SECONDS)
        assert finished == 0, process.tail()
    return [killed, finished]
