"""Package lists of bases: what they say, and what is said when Debian has moved on."""

import io
import tarfile
from pathlib import Path

import pytest
from hoheit_lab.errors import LabError

from model_images.offline import bases
from model_images.offline.bases import BASES, Base, installed

STATUS = """\
Package: libc6
Status: install ok installed
Version: 2.36-9+deb12u14
Description: library
 Version: is a word here

Package: bash
Version: 5.2.15-2+b13
"""


@pytest.fixture
def lists(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    monkeypatch.setattr(bases, "LISTS", tmp_path / "lists")
    monkeypatch.setenv("HOHEIT_LAB_CACHE", str(tmp_path / "cache"))
    (tmp_path / "lists").mkdir()
    return tmp_path / "lists"


def archive(file: Path, status: str = STATUS) -> Path:
    """A root file system of which only dpkg's own list is there."""
    with tarfile.open(file, "w") as content:
        member = tarfile.TarInfo("./var/lib/dpkg/status")
        member.size = len(status.encode())
        content.addfile(member, io.BytesIO(status.encode()))
    return file


def mmdebstrap(folder: Path, monkeypatch: pytest.MonkeyPatch, script: str) -> None:
    """Put a program of that name on PATH, and be root."""
    program = folder / "mmdebstrap"
    program.write_text(f"#!/bin/sh\nfor target; do :; done\n{script}\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(folder), prepend=":")
    monkeypatch.setattr(bases.os, "getuid", lambda: 0)


@pytest.mark.parametrize("base", BASES.values(), ids=lambda base: base.name)
def test_a_committed_list_names_a_version_for_every_package_and_has_a_date(base: Base) -> None:
    assert len(base.packages) > 50
    assert all(name and version for name, _, version in (p.partition("=") for p in base.packages))
    assert base.epoch % 86400 == 0
    named = {package.partition("=")[0] for package in base.packages}
    assert {"libc6", "ca-certificates", *base.wanted} <= named


def test_installed_packages_are_read_from_dpkgs_own_list(tmp_path: Path) -> None:
    assert installed(archive(tmp_path / "a.tar")) == ["bash=5.2.15-2+b13", "libc6=2.36-9+deb12u14"]


def test_a_list_without_a_date_is_refused_with_what_writes_one(lists: Path) -> None:
    (lists / "own.txt").write_text("bash=5\n")
    with pytest.raises(LabError, match=r"no line '# date: .*--update-base own"):
        _ = Base("own").epoch


def test_a_version_that_debian_has_no_more_is_named_with_the_way_out(
    lists: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (lists / "own.txt").write_text("# date: 2026-11-26\nbash=5.2.15-2+b13\n")
    said = "E: Version '5.2.15-2+b13' for 'bash' was not found"
    mmdebstrap(tmp_path, monkeypatch, f'echo "{said}" >&2; exit 1')
    with pytest.raises(LabError) as refused:
        bases.rootfs(Base("own"))
    assert "Debian has no bash=5.2.15-2+b13 any more" in str(refused.value)
    assert "python -m model_images.offline --update-base own" in str(refused.value)
    assert not list((tmp_path / "cache" / "rootfs").glob("*.tar"))


def test_a_package_that_came_uncalled_is_refused(
    lists: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (lists / "own.txt").write_text("# date: 2026-11-26\nbash=5.2.15-2+b13\n")
    source = archive(tmp_path / "made.tar")
    mmdebstrap(tmp_path, monkeypatch, f'/bin/cp {source} "$target"')
    with pytest.raises(LabError, match=r"its list is not what was installed \(libc6=2\.36"):
        bases.rootfs(Base("own"))


def test_an_updated_list_is_what_was_installed_and_a_failed_update_changes_nothing(
    lists: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = archive(tmp_path / "made.tar")
    mmdebstrap(tmp_path, monkeypatch, f'/bin/cp {source} "$target"')
    bases.update(Base("own"))
    assert Base("own").packages == ("bash=5.2.15-2+b13", "libc6=2.36-9+deb12u14")
    before = (lists / "own.txt").read_text()
    mmdebstrap(tmp_path, monkeypatch, "echo 'E: no network' >&2; exit 1")
    for name in ("own", "new"):
        with pytest.raises(LabError, match=f"base '{name}': no network"):
            bases.update(Base(name))
    assert (lists / "own.txt").read_text() == before
    assert not (lists / "new.txt").exists()


def test_a_machine_that_cannot_make_a_base_is_told_what_to_install(
    lists: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (lists / "own.txt").write_text("# date: 2026-11-26\nbash=5\n")
    monkeypatch.setenv("PATH", str(lists))
    with pytest.raises(LabError, match="as root, with: apt-get install mmdebstrap"):
        bases.rootfs(Base("own"))
