"""Making images: what a build is brought, and what is left when one ends before its time."""

import errno
import os
import signal
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from model_images.offline import __main__ as program
from model_images.offline import contexts, layout, workshop
from model_images.offline.store import Store
from model_images.offline.workshop import Workshop


@dataclass
class BuilderDouble:
    """Builds nothing, and remembers what it was brought."""

    brought: list[str] = field(default_factory=list[str])

    def build(self, _target: object, means: Any, output: Path) -> None:
        self.brought = [file.name for one in means.contexts.values() for file in one.iterdir()]
        layout.write(output, [b"an image"])


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where images are kept, on a machine that has a base and the programs already."""
    archive = tmp_path / "debian-0.tar"
    archive.write_bytes(b"a base")

    def programs(names: tuple[str, ...], folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        for name in names:
            (folder / name).touch()

    monkeypatch.setattr(workshop, "rootfs", lambda _base: archive)
    monkeypatch.setattr(contexts, "programs", programs)
    return tmp_path / "images"


def test_what_a_killed_build_was_brought_is_neither_kept_nor_built_in(cache: Path) -> None:
    leftover = cache / "brought" / "programs" / "of-the-killed-one"
    leftover.parent.mkdir(parents=True)
    leftover.touch()
    builder = BuilderDouble()
    Workshop(Store(cache / "store"), "registry/x", lambda: builder).image("versitygw")  # type: ignore[arg-type]
    assert builder.brought == ["versitygw"]
    assert [one.name for one in cache.iterdir()] == ["store"]


@pytest.fixture
def ending(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[pytest.MonkeyPatch]:
    """Lets a test end the command in the middle; the signal's meaning comes back."""
    monkeypatch.setenv("HOHEIT_LAB_CACHE", str(tmp_path))
    before = signal.getsignal(signal.SIGTERM)
    yield monkeypatch
    signal.signal(signal.SIGTERM, before)


def test_a_full_disk_is_one_sentence(
    ending: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fill(_options: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device", "layer")

    ending.setattr(program, "_build_and_push", fill)
    assert program.main([]) == 2
    assert capsys.readouterr().err.startswith("error: layer: No space left on device; mend that")


def test_who_ends_it_gets_its_children_ended_too(
    ending: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    cleared: list[bool] = []

    def be_ended(_options: object) -> None:
        try:
            os.kill(os.getpid(), signal.SIGTERM)
        finally:
            cleared.append(True)

    ending.setattr(program, "_build_and_push", be_ended)
    assert program.main([]) == 130
    assert cleared == [True]
    assert capsys.readouterr().err.startswith("interrupted")
