"""Directory to object store: weights that somebody carried, and no hub at all."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from serving.weights.hub_double import COMMIT, REPOSITORY
from serving.weights.models import LARGEST, MIB, SECOND, TAKEN, sha256
from serving.weights.programs import Fetcher, Run, Store, refused, visible

if TYPE_CHECKING:
    from serving.weights.hub_double import HubDouble

IMAGE, DIGEST = "models/tiny", "sha256:" + "ab" * 32


@pytest.fixture
def carried(model: dict[str, bytes], tmp_path: Path) -> Path:
    folder = tmp_path / "carried"
    for name, content in model.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    return folder


@pytest.fixture
def offline(fetcher: Fetcher, hub: HubDouble) -> Fetcher:
    """A fetcher whose hub is gone, so that nothing could come from there."""
    hub.stop()
    return fetcher


def brought(fetcher: Fetcher, folder: Path, *arguments: str, revision: str = DIGEST) -> Run:
    return fetcher.mirror(f"--directory={folder}", *arguments, repository=IMAGE, revision=revision)


def written(store: Store) -> dict[str, int]:
    """When each object was written; one that is written again has another time."""
    return {name: (store.objects / name).stat().st_mtime_ns for name in store.names()}


def test_a_directory_becomes_a_unit_with_its_manifest_and_its_checksums(
    offline: Fetcher, carried: Path, store: Store, model: dict[str, bytes]
) -> None:
    run = brought(offline, carried)

    assert run.status == 0, run
    assert store.names() == sorted([*TAKEN, "manifest.json"])
    for name in TAKEN:
        assert (store.objects / name).read_bytes() == model[name]
    manifest = json.loads((store.objects / "manifest.json").read_bytes())
    assert (manifest["repository"], manifest["revision"]) == (IMAGE, DIGEST)
    assert manifest["commit"] == DIGEST
    assert {file["path"]: f"sha256:{file['sha256']}" for file in manifest["files"]} == {
        name: sha256(model[name]) for name in TAKEN
    }


def test_a_pod_takes_what_was_carried_as_if_it_came_from_a_hub(
    offline: Fetcher, carried: Path, destination: Path, model: dict[str, bytes]
) -> None:
    digest = brought(offline, carried).manifest_digest

    assert offline.pull(destination, f"--manifest-digest={digest}").status == 0

    assert visible(destination) == TAKEN
    assert (destination / LARGEST).read_bytes() == model[LARGEST]


def test_a_repository_that_was_carried_has_the_manifest_of_its_hub(
    fetcher: Fetcher, carried: Path, store: Store
) -> None:
    fetched = fetcher.mirror(repository=REPOSITORY, revision=COMMIT)
    (store.objects / "manifest.json").unlink()

    run = fetcher.mirror(f"--directory={carried}", repository=REPOSITORY, revision=COMMIT)

    assert run.manifest_digest == fetched.manifest_digest


def test_a_second_run_of_the_same_digest_writes_nothing_and_reads_no_file(
    offline: Fetcher, carried: Path, store: Store, tmp_path: Path
) -> None:
    first = brought(offline, carried)
    before = written(store)

    second = brought(offline, tmp_path / "not even there")

    assert (second.status, second.manifest_digest) == (0, first.manifest_digest)
    assert written(store) == before


def test_what_a_killed_run_had_brought_already_is_not_written_again(
    offline: Fetcher, carried: Path, store: Store
) -> None:
    assert brought(offline, carried).status == 0
    whole = written(store)
    (store.objects / "manifest.json").unlink()  # written last
    (store.objects / SECOND).unlink()

    assert brought(offline, carried).status == 0

    after = written(store)
    assert after.keys() == whole.keys()
    assert {name for name in whole if after[name] != whole[name]} == {SECOND, "manifest.json"}


def test_the_same_tag_with_the_same_files_is_brought_once(
    offline: Fetcher, carried: Path, store: Store
) -> None:
    first = brought(offline, carried, revision="0.1.0")
    before = written(store)

    second = brought(offline, carried, revision="0.1.0")

    assert second.manifest_digest == first.manifest_digest
    assert written(store) == before


def test_a_tag_that_moved_to_other_files_is_refused_not_followed(
    offline: Fetcher, carried: Path, store: Store
) -> None:
    assert brought(offline, carried, revision="0.1.0").status == 0
    (carried / "config.json").write_text("{}")

    sentence = refused(brought(offline, carried, revision="0.1.0"))

    assert "give it another prefix" in sentence
    assert (store.objects / "config.json").read_text() != "{}"


@pytest.mark.parametrize("name", [LARGEST, "config.json"])
def test_a_declared_digest_that_differs_is_refused_before_the_weights_are_copied(
    offline: Fetcher, carried: Path, store: Store, name: str
) -> None:
    sentence = refused(brought(offline, carried, f"--digest={name}={sha256(b'other')}"))

    assert f"{name} is not what was expected: expected {sha256(b'other')}" in sentence
    assert not {LARGEST, SECOND, "manifest.json"} & set(store.names())


def test_files_beyond_the_declared_room_are_refused_before_the_first_byte(
    offline: Fetcher, carried: Path, store: Store
) -> None:
    with (carried / SECOND).open("r+b") as file:
        file.truncate(1200 * MIB)

    sentence = refused(brought(offline, carried, "--room-gib=1"))

    assert "server pods have room for 1 GiB" in sentence
    assert store.names() == []


def test_pickles_and_code_stay_behind_unless_they_were_accepted(
    offline: Fetcher, carried: Path, store: Store
) -> None:
    sentence = refused(brought(offline, carried, "--allow=*"))

    assert "pytorch_model.bin: a pickle can run code" in sentence
    assert store.names() == []


@pytest.mark.parametrize("link", ["weights.safetensors", "original/params.json"])
def test_a_link_is_not_followed_because_it_may_lead_anywhere(
    offline: Fetcher, carried: Path, link: str
) -> None:
    (carried / link).unlink(missing_ok=True)
    (carried / link).symlink_to("/etc/hostname")

    sentence = refused(brought(offline, carried))

    assert f"{link} in {carried} is a link, which may lead anywhere: copy what it" in sentence


def test_a_folder_that_is_a_link_is_not_followed_either(
    offline: Fetcher, carried: Path, tmp_path: Path
) -> None:
    (tmp_path / "elsewhere").mkdir()
    (carried / "linked").symlink_to(tmp_path / "elsewhere")

    assert "linked in" in refused(brought(offline, carried))


def test_hidden_files_stay_behind(offline: Fetcher, carried: Path, store: Store) -> None:
    (carried / ".cache").mkdir()
    (carried / ".cache" / "notes.json").write_text("{}")

    assert brought(offline, carried).status == 0

    assert store.names() == sorted([*TAKEN, "manifest.json"])


@pytest.mark.parametrize(
    ("prepare", "said"),
    [
        (lambda folder: folder.rename(folder.with_name("gone")), "is not a directory"),
        (lambda folder: [file.unlink() for file in folder.glob("*.*")], "has no config.json"),
        (lambda folder: (folder / "tokenizer.json").unlink(), "has no tokenizer"),
        (lambda folder: (folder / "manifest.json").write_text("{}"), "a file manifest.json of"),
    ],
    ids=["missing", "emptied", "no tokenizer", "manifest"],
)
def test_a_directory_that_holds_no_unit_is_refused_with_what_is_missing(
    offline: Fetcher, carried: Path, prepare: object, said: str
) -> None:
    assert callable(prepare)
    prepare(carried)

    assert said in refused(brought(offline, carried))


def test_a_file_that_the_fetcher_may_not_read_is_named(
    offline: Fetcher, carried: Path, tmp_path: Path
) -> None:
    (carried / LARGEST).chmod(0)

    sentence = refused(brought(as_anybody(offline, tmp_path), carried))

    assert f"cannot read {carried / LARGEST} (Permission denied)" in sentence


def as_anybody(fetcher: Fetcher, tmp_path: Path) -> Fetcher:
    """Return it without root's right to read everything."""
    program = tmp_path / "as-anybody"
    rights = "-dac_override,-dac_read_search"
    program.write_text(f'#!/bin/sh\nexec setpriv --bounding-set={rights} {fetcher.program} "$@"\n')
    program.chmod(0o755)
    return replace(fetcher, program=program) if os.geteuid() == 0 else fetcher
