"""The lock file of an environment's images."""

import importlib
import json
import sys
from pathlib import Path
from typing import Any

import pytest
from hoheit import ImageLock, InvalidArgsError, LockedImage
from hoheit_facts import IMAGES
from support.monitor import STACKS
from support.samples import DIGEST

sys.path.insert(0, str(STACKS))  # as Pulumi runs the program
program: Any = importlib.import_module("locked_images")

VLLM = str(IMAGES["vllm"].reference)


def entry(**changed: Any) -> dict[str, Any]:
    stated = {
        "name": "vllm",
        "reference": VLLM,
        "digest": DIGEST,
        "platforms": ["linux/amd64"],
        "registry": "docker.io",
        "resolved_at": "2026-11-26T01:00:00Z",
    }
    return stated | changed


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(program, "HERE", tmp_path)
    monkeypatch.delenv(program.ELSEWHERE, raising=False)
    lock = ImageLock(images=(LockedImage(**entry()),))
    (tmp_path / "images.lock.json").write_text(lock.text())
    return tmp_path


def test_what_is_written_is_read_again(folder: Path) -> None:
    assert json.loads((folder / "images.lock.json").read_text())["images"] == [entry()]
    assert ImageLock.read(folder / "images.lock.json").pinned(VLLM) == f"{VLLM}@{DIGEST}"


def test_a_digest_that_is_stated_already_is_not_written_twice() -> None:
    stated = f"{VLLM}@{DIGEST}"
    lock = ImageLock(images=(LockedImage(**entry(reference=stated)),))
    assert lock.pinned(stated) == stated


@pytest.mark.usefixtures("folder")
def test_a_default_is_locked_by_the_file_and_passes_as_locked() -> None:
    images = program.LockedImages(lock="images.lock.json")
    images.check("vllm")
    assert images.locked
    assert images.vllm == f"{VLLM}@{DIGEST}"


@pytest.mark.usefixtures("folder")
def test_an_image_that_the_file_does_not_hold_is_refused_as_before() -> None:
    images = program.LockedImages(lock="images.lock.json")
    with pytest.raises(ValueError, match=r"images\.gateway: no digest, and images are locked"):
        images.check("gateway")
    with pytest.raises(InvalidArgsError, match="vllm: no digest, and images are locked"):
        program.LockedImages(lock="images.lock.json", vllm="mirror.example.internal/vllm:v0.32.0")


@pytest.mark.usefixtures("folder")
def test_a_digest_that_the_stack_file_states_is_not_touched() -> None:
    own = f"{VLLM}@sha256:{'1' * 64}"
    assert program.LockedImages(lock="images.lock.json", vllm=own).vllm == own


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (None, r"lock: .*none\.json does not exist; write it with `hoheit images lock`"),
        ("{", r"lock: .*none\.json is no image lock"),
        ('{"images": [{"name": "vllm"}]}', r"images\[0\]\.digest: required, but not given"),
    ],
)
def test_a_lock_that_is_none_is_refused_with_its_file(
    content: str | None, told: str, folder: Path
) -> None:
    if content is not None:
        (folder / "none.json").write_text(content)
    with pytest.raises(InvalidArgsError, match=told):
        program.LockedImages(lock="none.json")


@pytest.mark.parametrize("name", ["../images.lock.json", "/etc/passwd", "images.yaml"])
def test_a_lock_lies_beside_the_stack_file(name: str) -> None:
    with pytest.raises(InvalidArgsError, match="lock: "):
        program.LockedImages(lock=name)


def test_two_digests_for_one_reference_are_refused() -> None:
    images = (entry(), entry(name="vllm_cpu", digest=f"sha256:{'1' * 64}"))
    with pytest.raises(InvalidArgsError, match=f"images: two digests for {VLLM}"):
        ImageLock(images=images)


def test_a_lock_that_a_build_writes_says_so_when_it_is_missing(folder: Path) -> None:
    told = rf"lock: {folder}/built\.json does not exist; .*with `make local REAL=1`"
    with pytest.raises(InvalidArgsError, match=told):
        program.LockedImages(lock="built.json")


def test_a_missing_lock_is_named_in_every_place_where_it_was_looked_for(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(program.ELSEWHERE, str(folder / "own"))
    told = rf"lock: {folder}/built\.json does not exist, nor does {folder}/own/built\.json; write"
    with pytest.raises(InvalidArgsError, match=told):
        program.LockedImages(lock="built.json")


def test_a_build_may_keep_its_lock_in_a_directory_of_its_own(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = folder / "own"
    own.mkdir()
    other = f"sha256:{'1' * 64}"
    lock = ImageLock(images=(LockedImage(**entry(digest=other)),))
    (own / "images.lock.json").write_text(lock.text())
    assert program.LockedImages(lock="images.lock.json").vllm == f"{VLLM}@{DIGEST}"
    monkeypatch.setenv(program.ELSEWHERE, str(own))
    assert program.LockedImages(lock="images.lock.json").vllm == f"{VLLM}@{other}"
    (own / "images.lock.json").unlink()
    assert program.LockedImages(lock="images.lock.json").vllm == f"{VLLM}@{DIGEST}"


@pytest.mark.usefixtures("folder")
def test_weights_that_are_an_image_are_locked_like_one() -> None:
    given = {
        "images": {"lock": "images.lock.json"},
        "models": {
            "image": {"weights": {"image": VLLM, "size_gib": 1}, "gpus": 0},
            "own": {"weights": {"image": f"{VLLM}@{DIGEST}"}},
            "other": {"weights": {"repository": "a/b"}},
            "wrong": None,
        },
    }
    locked = program.with_locked_weights(given)
    pinned = {"weights": {"image": f"{VLLM}@{DIGEST}", "size_gib": 1}, "gpus": 0}
    assert locked["models"].pop("image") == pinned
    assert locked["models"] == {name: given["models"][name] for name in ("own", "other", "wrong")}
    assert given["models"]["image"]["weights"]["image"] == VLLM


@pytest.mark.parametrize("environment", [None, [], {}, {"images": None}, {"images": {"lock": 3}}])
def test_an_environment_without_a_lock_stays_as_it_is(environment: Any) -> None:
    assert program.with_locked_weights(environment) is environment
