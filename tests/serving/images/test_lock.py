"""`hoheit images` as a command, against a registry that runs here."""

from __future__ import annotations

import copy
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from hoheit import ImageLock
from serving.images.layers import text_layer
from support.monitor import stack_environment

from model_images.offline import layout

if TYPE_CHECKING:
    from serving.images.registry import Crane

FETCHER, HAPROXY = "hoheit/weights-fetcher:0.1.0", "docker.io/library/haproxy:3.2.22"


NO_LOGINS = str(Path(__file__).with_name("no-such-file.json"))


def run(*words: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "hoheit_cli", "images", *map(str, words)],
        env={**os.environ, "REGISTRY_AUTH_FILE": NO_LOGINS},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def images(crane: Crane, tmp_path: Path) -> dict[str, str]:
    """Digests of small images in the registry, by name: one of ours, the others as in a mirror."""
    digests: dict[str, str] = {}
    for number, name in enumerate((FETCHER, HAPROXY, "docker.io/vllm/vllm-openai:v0.32.0")):
        layout.write(tmp_path / str(number), [text_layer({"name": name})])
        digests[name] = crane.pushed(tmp_path / str(number), name)
    return digests


@pytest.fixture
def stack_file(crane: Crane, tmp_path: Path) -> Path:
    """An environment with one model, whose images lie in a mirror."""
    environment = copy.deepcopy(stack_environment("local"))
    for part in ("mlflow", "monitoring"):
        del environment[part]
    environment["cluster"]["image_mirror"] = crane.address
    environment["images"] = {
        "weights_fetcher": f"{crane.address}/{FETCHER}",
        "lock": "platform.lock.json",
    }
    file = tmp_path / "Pulumi.platform.yaml"
    file.write_text(yaml.safe_dump({"config": {"hoheit:environment": environment}}))
    return file


def locked(file: Path) -> dict[str, Any]:
    document = json.loads(file.with_name("platform.lock.json").read_text())
    return {image["name"]: image for image in document["images"]}


def test_the_images_that_run_are_locked_as_the_mirror_has_them(
    crane: Crane, images: dict[str, str], stack_file: Path
) -> None:
    done = run("lock", "--file", stack_file)
    assert done.returncode == 0, done.stderr
    found = locked(stack_file)
    assert set(found) == {"vllm", "gateway", "weights_fetcher"}
    assert (
        found["gateway"]["digest"]
        == images[HAPROXY]
        == crane("digest", f"{crane.address}/{HAPROXY}")
    )
    assert found["gateway"]["reference"] == HAPROXY
    assert found["gateway"]["registry"] == crane.address
    assert found["gateway"]["platforms"] == ["linux/amd64"]
    assert found["weights_fetcher"]["digest"] == images[FETCHER]
    lock = ImageLock.read(stack_file.with_name("platform.lock.json"))
    assert lock.pinned(HAPROXY) == f"{HAPROXY}@{images[HAPROXY]}"


@pytest.mark.usefixtures("images")
def test_locking_twice_changes_nothing_and_a_check_agrees(stack_file: Path) -> None:
    run("lock", "--file", stack_file)
    file = stack_file.with_name("platform.lock.json")
    before = file.read_bytes()
    assert run("lock", "--file", stack_file).returncode == 0
    assert file.read_bytes() == before
    checked = run("lock", "--check", "--file", stack_file)
    assert checked.returncode == 0, checked.stderr
    assert "as the registries say" in checked.stdout


def test_a_tag_that_was_moved_is_found_and_the_lock_stays_as_it_is(
    crane: Crane, images: dict[str, str], stack_file: Path, tmp_path: Path
) -> None:
    run("lock", "--file", stack_file)
    before = locked(stack_file)
    layout.write(tmp_path / "moved", [text_layer({"name": "something else"})])
    moved = crane.pushed(tmp_path / "moved", HAPROXY)
    checked = run("lock", "--check", "--file", stack_file)
    assert checked.returncode == 1, checked.stderr
    assert f"gateway: {HAPROXY} is {moved} at {crane.address} now" in checked.stdout
    assert f"and was {images[HAPROXY]} on" in checked.stdout
    assert "1 differences" in checked.stdout
    assert locked(stack_file) == before


@pytest.mark.usefixtures("images")
def test_an_image_that_the_mirror_lacks_is_named_and_no_lock_is_written(
    crane: Crane, stack_file: Path
) -> None:
    stack_file.write_text(stack_file.read_text().replace("fetcher:0.1.0", "fetcher:0.2.0"))
    done = run("lock", "--file", stack_file)
    assert done.returncode == 2
    assert f"weights-fetcher:0.2.0: {crane.address} has no such image" in done.stderr
    assert not stack_file.with_name("platform.lock.json").exists()


def test_a_check_without_a_lock_says_how_to_make_one(stack_file: Path) -> None:
    done = run("lock", "--check", "--file", stack_file)
    assert done.returncode == 2
    assert "does not exist; write it with `hoheit images lock`" in done.stderr


def test_a_digest_is_printed_for_a_build(crane: Crane, images: dict[str, str]) -> None:
    done = run("digest", f"{crane.address}/{FETCHER}")
    assert (done.returncode, done.stdout) == (0, f"{images[FETCHER]}\n"), done.stderr
