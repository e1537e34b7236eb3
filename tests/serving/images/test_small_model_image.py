"""The small model inside its image: handed over by the very container that the Job has for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from serving.images.pods import command, placed, pod_of
from support import components, samples
from support.monitor import run

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from serving.images.container import Container

FILES = [
    "chat_template.jinja",
    "config.json",
    "generation_config.json",
    "model.safetensors",
    "tokenizer.json",
    "tokenizer_config.json",
]


def test_the_weights_come_out_of_the_image_whole_and_readable_also_a_second_time(
    container: Callable[[str], Container], folder: Path
) -> None:
    weights = samples.image_weights()
    pod = pod_of(run(lambda: components.mirror(weights=weights, hub=None)), "unpack", folder)
    image = placed(pod, "unpack", container("small-model"))

    for _ in range(2):  # as after a kill in the middle
        copied = image.run(entrypoint=command(pod, "unpack"))
        assert copied.returncode == 0, copied.stderr

    unpacked = pod.volume("unpacked")
    assert sorted(file.name for file in unpacked.iterdir()) == FILES
    for name in FILES:
        assert (unpacked / name).read_bytes() == (image.rootfs / "model" / name).read_bytes()
        assert (unpacked / name).stat().st_mode & 0o400


def test_the_image_changes_nothing_of_its_own(container: Callable[[str], Container]) -> None:
    image = container("small-model")
    assert image.config["User"] == "65532:65532"
    written = image.run(entrypoint=["cp", "/model/config.json", "/model/other"])
    assert written.returncode == 1
    assert "Read-only file system" in written.stderr
