"""The directories behind volumes; those with a size of their own are tested on a lab."""

import stat
from pathlib import Path

import pytest
from hoheit_lab.node.storage.directories import Directories


@pytest.fixture
def directories(tmp_path: Path) -> Directories:
    return Directories(tmp_path / "volumes")


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_any_user_of_a_pod_may_write_and_nobody_of_the_host_gets_there(
    directories: Directories,
) -> None:
    path = directories.make("pvc-1")
    assert path == directories.root / "pvc-1"
    assert mode(path) == 0o777
    assert mode(directories.root) == 0o700


def test_storage_that_is_there_keeps_its_content_and_mode(directories: Directories) -> None:
    path = directories.make("pvc-1")
    (path / "kept").write_text("data")
    path.chmod(0o2775)  # as the kubelet leaves it for a pod with an fsGroup
    assert directories.make("pvc-1") == path
    assert (path / "kept").read_text() == "data"
    assert mode(path) == 0o2775


def test_removed_storage_is_gone_and_removing_it_again_is_no_error(
    directories: Directories,
) -> None:
    path = directories.make("pvc-1")
    (path / "deep").mkdir()
    (path / "deep" / "file").touch()
    other = directories.make("pvc-2")
    directories.remove("pvc-1")
    directories.remove("pvc-1")
    assert list(directories.root.iterdir()) == [other]


def test_storage_that_got_lost_is_not_replaced_by_an_empty_one(directories: Directories) -> None:
    directories.make("pvc-1").rmdir()
    directories.restore("pvc-1")
    assert list(directories.root.iterdir()) == []
