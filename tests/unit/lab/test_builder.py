"""The builder with a `go` that is a shell script: what is under test is all around it."""

import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from hoheit_lab.errors import LabError
from hoheit_lab.toolchain import builder
from hoheit_lab.toolchain.builder import build
from hoheit_lab.toolchain.go import Go

WORKING = (
    'mkdir -p "$GOCACHE" "$GOMODCACHE"; echo run >> "$HOHEIT_LAB_CACHE/runs"; '
    'while [ "$1" != -o ]; do shift; done; echo program > "$2"'
)


@pytest.fixture
def cache(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    monkeypatch.setenv("HOHEIT_LAB_CACHE", str(tmp_path))
    return tmp_path


@pytest.fixture
def go(cache: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    script = cache / "go.sh"
    script.touch(mode=0o755)
    write_go(script, WORKING)
    monkeypatch.setattr(builder, "find_go", lambda: Go(script, "go1.26.0"))
    return script


def write_go(script: Path, body: str) -> None:
    script.write_text(f"#!/bin/sh\n{body}\n")


def runs(cache: Path) -> int:
    counted = cache / "runs"
    return len(counted.read_text().split()) if counted.exists() else 0


@pytest.mark.usefixtures("go")
def test_a_program_is_built_once(cache: Path) -> None:
    first = build(["etcd", "kwok"])
    assert {name: path.read_text() for name, path in first.items()} == {
        "etcd": "program\n",
        "kwok": "program\n",
    }
    assert build(["etcd", "kwok"]) == first
    assert runs(cache) == 2


@pytest.mark.usefixtures("go")
def test_a_built_program_needs_no_go_any_more(monkeypatch: pytest.MonkeyPatch) -> None:
    build(["etcd"])

    def no_go() -> Go:
        raise AssertionError("asked for Go although everything is built")

    monkeypatch.setattr(builder, "find_go", no_go)
    build(["etcd"])


@pytest.mark.usefixtures("go")
def test_progress_names_each_program_and_says_which_are_cached(
    capsys: pytest.CaptureFixture[str],
) -> None:
    build(["etcd"])
    capsys.readouterr()
    build(["etcd", "kwok"])
    said = capsys.readouterr().err
    assert "[1/2] etcd v3.7.3: cached" in said
    assert "[2/2] kwok v0.8.0: building" in said
    assert "[2/2] kwok v0.8.0: built in 0 s" in said


def test_a_build_that_fails_leaves_no_program_and_carries_on_later(go: Path, cache: Path) -> None:
    write_go(go, 'while [ "$1" != -o ]; do shift; done; echo half > "$2"; echo boom; exit 1')
    with pytest.raises(LabError, match=r"building etcd failed: boom \(all of it: .*etcd\.log\)"):
        build(["etcd"])
    assert not list((cache / "programs").rglob("etcd"))
    write_go(go, WORKING)
    assert build(["etcd"])["etcd"].read_text() == "program\n"


@pytest.mark.parametrize(
    ("said", "understood"),
    [
        ("write /x: no space left on device", "the disk is full; make room"),
        ("verifying m@v1: checksum mismatch", "does not have the checksum that go.sum records"),
        ("dial tcp 1.2.3.4:443: i/o timeout", "the Go module proxy cannot be reached"),
    ],
)
def test_what_go_complains_about_becomes_one_sentence(said: str, understood: str, go: Path) -> None:
    write_go(go, f"echo 'go: {said}'; echo 'more of it'; exit 1")
    with pytest.raises(LabError, match=understood):
        build(["etcd"])


@pytest.mark.usefixtures("go")
def test_a_disk_that_is_too_small_is_refused_before_anything_is_downloaded(
    cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = shutil.disk_usage(cache)._replace(free=100 * 2**20)
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: usage)
    with pytest.raises(LabError, match=r"takes \d+ MiB in .* and 100 MiB are free"):
        build(["etcd"])
    assert runs(cache) == 0


def test_an_unknown_program_is_refused_with_the_known_ones() -> None:
    with pytest.raises(LabError, match="cannot build 'minikube'; it builds: etcd, kwok"):
        build(["minikube"])


@pytest.mark.usefixtures("go")
def test_two_builds_at_once_build_once_and_the_second_says_what_it_waits_for(
    cache: Path, go: Path
) -> None:
    write_go(go, f"sleep 1; {WORKING}")
    script = (
        "import pathlib, sys; from hoheit_lab.toolchain import builder; "
        "from hoheit_lab.toolchain.go import Go; "
        f"builder.find_go = lambda: Go(pathlib.Path({str(go)!r}), 'go1.26.0'); "
        "builder.build(['etcd'])"
    )
    both = [
        subprocess.Popen([sys.executable, "-c", script], stderr=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    said = [process.communicate(timeout=60)[1] for process in both]
    assert [process.returncode for process in both] == [0, 0], said
    assert runs(cache) == 1
    assert sum("waiting for process" in text for text in said) == 1


@pytest.mark.usefixtures("go")
def test_gos_own_caches_go_once_all_is_built(cache: Path) -> None:
    build(["etcd"])
    assert not (cache / "go-caches").exists()


def test_gos_own_caches_stay_for_the_next_try_after_a_failure(go: Path, cache: Path) -> None:
    write_go(go, 'mkdir -p "$GOCACHE"; echo compiled > "$GOCACHE/object"; exit 1')
    with pytest.raises(LabError, match="go said nothing"):
        build(["etcd"])
    assert (cache / "go-caches" / "build" / "object").exists()


def test_a_build_that_is_interrupted_ends_go_with_it(
    go: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_go(go, "exec sleep 600")
    started: list[subprocess.Popen[bytes]] = []

    def interrupted(process: subprocess.Popen[bytes]) -> int:
        if not started:
            started.append(process)
            raise KeyboardInterrupt
        return wait(process)

    wait = subprocess.Popen.wait
    monkeypatch.setattr(subprocess.Popen, "wait", interrupted)
    with pytest.raises(KeyboardInterrupt):
        build(["etcd"])
    assert started[0].poll() == -signal.SIGTERM
