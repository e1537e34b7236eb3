"""The image of the weights fetcher: built, pushed, pulled by digest, inspected and run."""

from __future__ import annotations

import json
import os
import stat
from typing import TYPE_CHECKING

import pytest
from serving.weights.hub_double import REPOSITORY, HubDouble
from serving.weights.programs import ACCESS_KEY, BUCKET, PREFIX, REGION, SECRET_KEY, running_store

from model_images.offline import bake, origin

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from serving.images.container import Container
    from serving.images.registry import Crane

    from model_images.offline.workshop import Image

PLAIN_USER = 65532
LABEL = "org.opencontainers.image"


@pytest.fixture(scope="module")
def fetcher(container: Callable[[str], Container]) -> Container:
    return container("weights-fetcher")


def test_what_is_pulled_is_what_was_built(
    crane: Crane, image: Callable[[str], Image], pushed: Callable[[str], str]
) -> None:
    built = image("weights-fetcher")
    place, _, digest = pushed("weights-fetcher").partition("@")
    assert crane("digest", f"{place}:0.1.0") == digest == built.digest
    manifest = built.layout / "blobs" / "sha256" / digest.removeprefix("sha256:")
    assert json.loads(crane("manifest", f"{place}@{digest}")) == json.loads(manifest.read_text())


def test_labels_say_what_it_is_where_it_comes_from_and_what_it_stands_on(
    fetcher: Container, python_base: Image
) -> None:
    assert fetcher.config["Labels"] == {
        f"{LABEL}.title": "weights-fetcher",
        f"{LABEL}.description": (
            "Brings model weights into an object store, and from there onto a volume"
        ),
        f"{LABEL}.source": origin.source(),
        f"{LABEL}.version": "0.1.0",
        f"{LABEL}.revision": origin.revision(bake.target("weights-fetcher").context),
        f"{LABEL}.licenses": "Apache-2.0",
        f"{LABEL}.base.name": python_base.reference,
        f"{LABEL}.base.digest": python_base.digest,
    }


def test_it_is_a_plain_user_and_starts_its_program(fetcher: Container) -> None:
    assert fetcher.config["User"] == f"{PLAIN_USER}:{PLAIN_USER}"
    assert fetcher.config["Entrypoint"] == ["weights-fetcher"]
    assert "HF_HUB_DISABLE_TELEMETRY=1" in fetcher.config["Env"]


def test_the_bill_of_materials_is_what_is_installed(fetcher: Container) -> None:
    file = fetcher.rootfs / "usr/share/sbom/weights-fetcher.cdx.json"
    bill = json.loads(file.read_text())
    assert (bill["bomFormat"], bill["specVersion"]) == ("CycloneDX", "1.6")
    listed = {f"{one['name']}-{one['version']}" for one in bill["components"]}
    root = bill["metadata"]["component"]
    installed = {
        folder.name.removesuffix(".dist-info").lower().replace("_", "-")
        for folder in fetcher.rootfs.glob("opt/weights-fetcher/lib/python3*/site-packages/*-info")
    }
    assert listed | {f"{root['name']}-{root['version']}"} == installed


def test_nothing_in_it_gives_its_user_more_rights_or_can_be_changed_by_it(
    fetcher: Container,
) -> None:
    raised, writable = [], []
    for path in fetcher.rootfs.rglob("*"):
        found = path.lstat()
        if not stat.S_ISREG(found.st_mode) and not stat.S_ISDIR(found.st_mode):
            continue  # a pod gets devices of its own
        if stat.S_ISREG(found.st_mode) and found.st_mode & (stat.S_ISUID | stat.S_ISGID):
            raised.append(path)
        shared = found.st_mode & stat.S_IWOTH and not found.st_mode & stat.S_ISVTX
        if shared or found.st_uid == PLAIN_USER:
            writable.append(path)
    assert raised == []
    assert writable == []


def test_what_installed_it_is_not_in_it(fetcher: Container) -> None:
    own = fetcher.rootfs / "opt/weights-fetcher"
    assert not list(own.glob("bin/pip*"))
    assert not (fetcher.rootfs / "opt/build").exists()
    assert not (fetcher.rootfs / "wheel").exists()


def test_it_runs_as_a_plain_user_on_a_file_system_that_it_cannot_change(fetcher: Container) -> None:
    helped = fetcher.run("--help")
    assert helped.returncode == 0, helped.stderr
    assert "mirror" in helped.stdout
    wrote = fetcher.run(
        "-c",
        "import os; print(os.getuid(), os.geteuid()); open('/opt/own', 'w')",
        entrypoint=["python"],
    )
    assert wrote.stdout.split() == [str(PLAIN_USER), str(PLAIN_USER)]
    assert "Read-only file system" in wrote.stderr


def test_it_brings_a_model_into_a_store_and_onto_a_volume(
    fetcher: Container, versitygw: Path, tmp_path: Path
) -> None:
    files = {"config.json": b"{}", "tokenizer.json": b"{}"}
    files["model.safetensors"] = os.urandom(1 << 20)
    hub = HubDouble(files=dict(files))
    hub.start()
    volume = tmp_path / "volume"
    volume.mkdir()
    os.chown(volume, PLAIN_USER, PLAIN_USER)
    fetcher.mounts["/models"] = volume
    with running_store(versitygw, tmp_path / "store") as store:
        place = (
            *(f"--bucket={BUCKET}", f"--prefix={PREFIX}", f"--endpoint={store.endpoint}"),
            f"--region={REGION}",
        )
        keys = {"AWS_ACCESS_KEY_ID": ACCESS_KEY, "AWS_SECRET_ACCESS_KEY": SECRET_KEY}
        source = (f"--repository={REPOSITORY}", "--revision=main")
        mirrored = fetcher.run("mirror", *source, *place, HF_ENDPOINT=hub.endpoint, **keys)
        assert mirrored.returncode == 0, mirrored.stderr
        pulled = fetcher.run("pull", "--destination=/models/tiny", *place, **keys)
        assert pulled.returncode == 0, pulled.stderr
    hub.stop()
    for name, content in files.items():
        assert (volume / "tiny" / name).read_bytes() == content
