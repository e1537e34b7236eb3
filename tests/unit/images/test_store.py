"""Built images on the disk: kept once, found by all that went into them, and locked."""

import os
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hoheit import ImageLock

from model_images.offline import identity, layout, locking
from model_images.offline.bake import Target
from model_images.offline.store import Store
from model_images.offline.workshop import Image

BASE = b"a base" * 1000


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "store")


def kept(store: Store, name: str, key: str, *layers: bytes) -> Path:
    layout.write(store.unfinished(name), list(layers))
    return store.keep(name, key)


def blob(folder: Path, content: bytes) -> Path:
    """The file of a layer."""
    (found,) = [
        file for file in (folder / "blobs" / "sha256").iterdir() if file.read_bytes() == content
    ]
    return found


def test_an_image_is_there_when_it_is_whole(store: Store) -> None:
    layout.write(store.unfinished("one"), [BASE])
    assert not store.holds("one", "key")
    store.keep("one", "key")
    assert store.holds("one", "key")


def test_a_layer_of_two_images_is_on_the_disk_once(store: Store) -> None:
    first = kept(store, "one", "key", BASE)
    second = kept(store, "two", "key", BASE, b"more")
    assert blob(first, BASE).samefile(blob(second, BASE))


def test_of_an_image_the_newest_stays(store: Store) -> None:
    old = kept(store, "one", "old", BASE)
    new = kept(store, "one", "new", BASE, b"more")
    assert not old.exists()
    assert blob(new, BASE).read_bytes() == BASE


def test_the_same_layers_are_the_same_digest(tmp_path: Path) -> None:
    for name in ("a", "b"):
        layout.write(tmp_path / name, [BASE])
    assert layout.digest(tmp_path / "a") == layout.digest(tmp_path / "b")
    layout.write(tmp_path / "c", [BASE, b"more"])
    assert layout.digest(tmp_path / "c") != layout.digest(tmp_path / "a")


@pytest.fixture
def target(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Target:
    monkeypatch.setattr(identity, "ROOT", tmp_path)
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "Containerfile").write_text("FROM scratch")
    return Target(tmp_path / "folder", "Containerfile", {"A": "1"}, "registry/x:1")


def key(target: Target, epoch: int = 1, programs: tuple[str, ...] = ()) -> str:
    return identity.of_target(target, epoch, programs)


def test_a_key_follows_all_that_goes_into_an_image(target: Target) -> None:
    before = key(target)
    keys = {
        before,
        key(target, epoch=2),
        key(target, programs=("prometheus",)),
        key(Target(target.context, target.file, {"A": "2"}, target.tag)),
    }
    (target.context / "Containerfile").write_text("FROM scratch AS other")
    keys.add(key(target))
    (target.context / "more").write_text("")
    keys.add(key(target))
    assert len(keys) == 6


def test_a_key_follows_neither_times_nor_pages_nor_what_python_leaves(target: Target) -> None:
    before = key(target)
    os.utime(target.context / "Containerfile", (1, 1))
    (target.context / "README.md").write_text("words")
    (target.context / "__pycache__").mkdir()
    (target.context / "__pycache__" / "x.pyc").write_bytes(b"x")
    assert key(target) == before


def image(folder: Path, name: str, *layers: bytes) -> Image:
    layout.write(folder, list(layers))
    return Image(name, f"registry.lab.internal/hoheit/{name}:1", folder, 0)


def test_a_lock_names_fields_of_the_environment_and_keeps_what_else_it_holds(
    tmp_path: Path,
) -> None:
    file = tmp_path / "images.lock.json"
    locking.write(file, [image(tmp_path / "a", "vllm-cpu", BASE)], "127.0.0.1:5000")
    locking.write(file, [image(tmp_path / "b", "gateway", b"other")], "127.0.0.1:6000")
    first, second = ImageLock.read(file).images
    assert (first.name, second.name) == ("gateway", "vllm_cpu")
    assert second.reference == "registry.lab.internal/hoheit/vllm-cpu:1"
    assert second.digest == layout.digest(tmp_path / "a")
    assert (first.registry, second.registry) == ("127.0.0.1:6000", "127.0.0.1:5000")


def test_a_digest_that_stays_keeps_the_time_when_it_was_first_seen(tmp_path: Path) -> None:
    file = tmp_path / "images.lock.json"
    locking.write(file, [image(tmp_path / "a", "gateway", BASE)], "127.0.0.1:5000")
    (locked,) = ImageLock.read(file).images
    then = datetime(2020, 1, 1, tzinfo=UTC)
    file.write_text(ImageLock(images=(locked.model_copy(update={"resolved_at": then}),)).text())
    locking.write(file, [image(tmp_path / "b", "gateway", BASE)], "127.0.0.1:5000")
    assert ImageLock.read(file).images[0].resolved_at == then
    locking.write(file, [image(tmp_path / "c", "gateway", b"other")], "127.0.0.1:5000")
    assert ImageLock.read(file).images[0].resolved_at > then
