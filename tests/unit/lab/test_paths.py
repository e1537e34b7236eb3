import os
from pathlib import Path

import pytest
from hoheit_lab import lab
from hoheit_lab.errors import LabError
from hoheit_lab.paths import StateDir, cache_dir


def test_the_cache_is_where_the_environment_says(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("HOHEIT_LAB_CACHE", raising=False)
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    assert cache_dir() == tmp_path / ".cache" / "hoheit-lab"
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "xdg"))
    assert cache_dir() == tmp_path / "xdg" / "hoheit-lab"
    monkeypatch.setenv("HOHEIT_LAB_CACHE", str(tmp_path / "own"))
    assert cache_dir() == tmp_path / "own"


def test_a_directory_with_other_peoples_files_is_neither_used_nor_deleted(tmp_path: Path) -> None:
    (tmp_path / "thesis.tex").touch()
    state = StateDir.at(tmp_path)
    with pytest.raises(LabError, match="was not made by the lab; choose another"):
        state.create()
    with pytest.raises(LabError, match="does not delete it"):
        state.delete()
    assert (tmp_path / "thesis.tex").exists()


def test_a_state_directory_can_be_made_again_and_is_deleted_whole(tmp_path: Path) -> None:
    state = StateDir.at(tmp_path / "lab")
    state.create()
    state.create()
    state.delete()
    state.delete()
    assert not list(tmp_path.iterdir())


def test_a_state_directory_is_invisible_to_git(tmp_path: Path) -> None:
    state = StateDir.at(tmp_path / "lab")
    state.create()
    assert (state.root / ".gitignore").read_text() == "*\n"


def test_the_same_directory_under_another_name_has_the_same_lock(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "real")
    assert StateDir.at(tmp_path / "link").lock == StateDir.at(tmp_path / "real").lock
    assert StateDir.at(tmp_path / "other").lock != StateDir.at(tmp_path / "real").lock


def test_a_file_in_the_place_of_the_state_directory_is_named(tmp_path: Path) -> None:
    (tmp_path / "lab").touch()
    with pytest.raises(LabError, match="is a file; remove it, or choose another place"):
        StateDir.at(tmp_path / "lab").create()


def test_a_disk_without_room_is_told_before_anything_starts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    nearly_full = os.statvfs_result((4096, 4096, 100, 10, 10, 1, 1, 1, 0, 255))
    monkeypatch.setattr(os, "statvfs", lambda _path: nearly_full)
    with pytest.raises(LabError, match="has 0 MiB left on its disk, a lab needs 300; make room"):
        StateDir.at(tmp_path / "lab").create()


def test_a_space_in_the_path_is_told_before_anything_starts(tmp_path: Path) -> None:
    state = StateDir.at(tmp_path / "my lab")
    with pytest.raises(LabError, match="my lab' has a space in it"):
        state.create()
    assert not state.root.exists()


def test_the_lab_of_another_user_is_refused_with_the_user(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    state = StateDir.at(tmp_path / "state")
    state.create()
    monkeypatch.setattr(os, "access", lambda *_: False)
    with pytest.raises(LabError, match=rf"belongs to another user \(id {os.geteuid()}\)"):
        lab.down(state)
    assert state.is_ours()
