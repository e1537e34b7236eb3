"""Labels that say where an image comes from, and nothing that is nobody's business."""

import subprocess
from pathlib import Path

import pytest

from model_images.offline import origin


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(origin, "ROOT", tmp_path)
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "file").write_text("1")
    git(tmp_path, "init", "--quiet")
    commit(tmp_path)
    return tmp_path


def git(folder: Path, *arguments: str) -> str:
    identity = ["-c", "user.name=n", "-c", "user.email=e@example.org"]
    command = ["git", "-C", folder, *identity, *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


def commit(folder: Path) -> str:
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message=m")
    return git(folder, "rev-parse", "HEAD")


@pytest.mark.parametrize(
    ("remote", "source"),
    [
        ("https://user:secret@git.example.org:8443/a/b", "https://git.example.org:8443/a/b"),
        ("ssh://git@git.example.org/a/b", "ssh://git.example.org/a/b"),
        ("/srv/git/a", origin.LOCAL),
        ("git@git.example.org:a/b", origin.LOCAL),
    ],
)
def test_a_source_is_an_address_without_a_login(checkout: Path, remote: str, source: str) -> None:
    git(checkout, "remote", "add", "origin", remote)
    assert origin.source() == source


@pytest.mark.usefixtures("checkout")
def test_a_checkout_without_a_remote_has_no_address() -> None:
    assert origin.source() == origin.LOCAL


def test_a_revision_is_the_last_commit_of_the_folder(checkout: Path) -> None:
    before = origin.revision(checkout / "one")
    (checkout / "two" / "file").write_text("2")
    assert commit(checkout) != before
    assert origin.revision(checkout / "one") == before
    (checkout / "one" / "file").write_text("2")
    assert origin.revision(checkout / "one") == f"{before}-changed"
    assert origin.revision(checkout / "one") != commit(checkout)


def test_a_folder_that_was_never_committed_says_so(checkout: Path) -> None:
    (checkout / "three").mkdir()
    assert origin.revision(checkout / "three") == "uncommitted"
