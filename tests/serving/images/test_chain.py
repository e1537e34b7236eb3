"""From a build to a pod: one digest all the way, and the same one each time."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING

import pytest
from hoheit_lab.paths import cache_dir
from support.manifests import containers, pod_templates
from support.monitor import run_stack, stack_environment

from model_images.offline import bases, locking
from model_images.offline.__main__ import NAME, main
from model_images.offline.bases import BASES
from model_images.offline.buildkit import running_buildkit
from model_images.offline.recipes import RECIPES
from model_images.offline.store import Store
from model_images.offline.workshop import Workshop

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from serving.images.registry import Crane

    from model_images.offline.workshop import Image

RUN = tuple(name for name in RECIPES if name != "vllm-cpu-wheels")
"""What the environment `local-real` runs."""


def test_every_pod_names_the_digest_that_a_build_produced_and_the_registry_has(
    image: Callable[[str], Image],
    pushed: Callable[[str], str],
    crane: Crane,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    built = [image(name) for name in RUN]
    locking.write(tmp_path / "local-real.lock.json", built, crane.address)
    monkeypatch.setenv("HOHEIT_IMAGE_LOCKS", str(tmp_path))
    pods = pod_templates(run_stack(stack_environment("local-real"))).values()
    run = {one["image"] for pod in pods for one in containers(pod["spec"])}

    assert run == {f"{one.reference}@{one.digest}" for one in built}
    for name in ("gateway", "prometheus"):
        reference = pushed(name)
        assert crane("digest", reference) == reference.partition("@")[2]


def test_the_command_pushes_what_the_registry_lacks_and_builds_nothing_again(
    image: Callable[[str], Image],
    crane: Crane,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    digest = image("gateway").digest
    lock = tmp_path / "lock.json"
    asked = [f"--registry={crane.address}", f"--name={NAME}", f"--lock={lock}", "gateway"]
    assert main(asked) == 0
    assert "building" not in capsys.readouterr().err
    (locked,) = json.loads(lock.read_text())["images"]
    place = locked["reference"].partition("/")[2]
    assert crane("digest", f"{crane.address}/{place}") == locked["digest"] == digest
    before = lock.read_bytes()
    assert main(asked) == 0
    assert f"image 'gateway': {crane.address} has {digest}" in capsys.readouterr().err
    assert lock.read_bytes() == before


@pytest.mark.parametrize("name", ["weights-fetcher", "versitygw"])
def test_a_builder_that_remembers_nothing_makes_the_same_digest(
    name: str, image: Callable[[str], Image], tmp_path: Path
) -> None:
    with running_buildkit(tmp_path / "buildkit") as builder:
        again = Workshop(Store(tmp_path / "store"), NAME, lambda: builder).image(name)
    assert again.digest == image(name).digest


@pytest.mark.usefixtures("python_base")
def test_a_base_is_made_of_the_same_bytes_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = bases.rootfs(BASES["debian"])
    monkeypatch.setenv("HOHEIT_LAB_CACHE", str(tmp_path / "cache"))
    assert tmp_path in cache_dir().parents
    second = bases.rootfs(BASES["debian"])
    assert first != second
    assert _sha256(first) == _sha256(second)
    second.unlink()


def _sha256(file: Path) -> str:
    with file.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()
