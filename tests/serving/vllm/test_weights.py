"""The server serves what the hub has, whatever happened on the way."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from serving.vllm.model import NAME

if TYPE_CHECKING:
    from pathlib import Path

    from serving.vllm.conftest import Fetched
    from serving.vllm.model import Model
    from serving.vllm.pod import Pod


def digests(folder: Path) -> dict[str, str]:
    return {
        file.name: hashlib.sha256(file.read_bytes()).hexdigest()
        for file in folder.iterdir()
        if not file.name.startswith(".")
    }


def test_the_fetch_job_was_killed_half_way_and_finished_the_second_time(fetched: Fetched) -> None:
    assert fetched.exits == [137, 0]


def test_vllm_reads_exactly_the_files_of_the_hub(pod: Pod, model: Model) -> None:
    (copied,) = [mount for mount in pod.engine.start.mounts if mount.target == "/models"]

    assert digests(copied.source / NAME) == digests(model.folder / "base")
    assert f"model   /models/{NAME}" in pod.engine.log
    assert not copied.is_writable
