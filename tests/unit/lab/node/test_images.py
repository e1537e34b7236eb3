"""Images of one program: as the OCI image specification wants them, and the same each time."""

import hashlib
import json
import os
import tarfile
from pathlib import Path
from typing import Any

import pytest
from hoheit_lab.node.images import write_image

Document = dict[str, Any]


@pytest.fixture
def program(tmp_path: Path) -> Path:
    path = tmp_path / "server"
    path.write_bytes(b"\x7fELF" + bytes(3000))
    return path


def blob(layout: Path, digest: str) -> Path:
    return layout / "blobs" / Path(*digest.split(":"))


def document(layout: Path, digest: str) -> Document:
    return json.loads(blob(layout, digest).read_text())


def layer(layout: Path, image: str) -> str:
    (only,) = document(layout, image)["layers"]
    return only["digest"]


def test_an_image_starts_its_program_as_a_user_who_is_nobody(program: Path, tmp_path: Path) -> None:
    image = write_image(program, tmp_path / "image")
    manifest = document(tmp_path / "image", image)
    config = document(tmp_path / "image", manifest["config"]["digest"])
    assert config["config"]["Entrypoint"] == ["/server"]
    assert int(config["config"]["User"]) > 1000
    assert config["os"] == "linux"


def test_an_image_holds_its_program_and_nothing_else(program: Path, tmp_path: Path) -> None:
    image = write_image(program, tmp_path / "image")
    with tarfile.open(blob(tmp_path / "image", layer(tmp_path / "image", image))) as files:
        (only,) = files.getmembers()
        content = files.extractfile(only)
        assert content is not None
        assert (only.name, only.mode, content.read()) == ("server", 0o755, program.read_bytes())


def test_every_part_of_an_image_lies_under_its_own_digest(program: Path, tmp_path: Path) -> None:
    write_image(program, tmp_path / "image")
    blobs = list((tmp_path / "image" / "blobs" / "sha256").iterdir())
    assert len(blobs) == 3
    for found in blobs:
        assert hashlib.sha256(found.read_bytes()).hexdigest() == found.name


def test_an_image_names_the_files_of_its_layer(program: Path, tmp_path: Path) -> None:
    image = write_image(program, tmp_path / "image")
    manifest = document(tmp_path / "image", image)
    config = document(tmp_path / "image", manifest["config"]["digest"])
    assert config["rootfs"]["diff_ids"] == [layer(tmp_path / "image", image)]
    for part in (manifest["config"], *manifest["layers"]):
        assert part["size"] == blob(tmp_path / "image", part["digest"]).stat().st_size


def test_a_program_that_was_built_again_gives_the_same_image(program: Path, tmp_path: Path) -> None:
    first = write_image(program, tmp_path / "first")
    program.chmod(0o700)
    os.utime(program, (1, 1))
    assert write_image(program, tmp_path / "second") == first


def test_another_program_gives_another_image(program: Path, tmp_path: Path) -> None:
    first = write_image(program, tmp_path / "first")
    program.write_bytes(program.read_bytes() + b"!")
    assert write_image(program, tmp_path / "second") != first


def test_the_layout_names_the_one_image_that_it_holds(program: Path, tmp_path: Path) -> None:
    image = write_image(program, tmp_path / "image")
    (only,) = json.loads((tmp_path / "image" / "index.json").read_text())["manifests"]
    assert only["digest"] == image
    assert only["size"] == blob(tmp_path / "image", image).stat().st_size
