import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from hoheit_lab import cli, lab


def run(*words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "hoheit_lab", *words],
        env=os.environ | environment,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize(
    "words",
    [
        ["status"],
        ["env"],
        ["exec", "--", "kubectl", "get", "nodes"],
        ["deploy", "--stack", "dev"],
    ],
)
def test_without_a_lab_a_command_ends_with_one_sentence(words: list[str], tmp_path: Path) -> None:
    done = run("--state", str(tmp_path / "none"), *words)
    assert done.returncode == 1
    assert done.stderr.startswith("error: there is no lab in ")
    assert len(done.stderr.splitlines()) == 1
    assert not done.stdout


@pytest.mark.parametrize("wrong", ["-5", "0", "abc", "1.5", ""])
def test_room_that_is_no_number_of_mebibytes_is_refused(wrong: str, tmp_path: Path) -> None:
    state = str(tmp_path / "none")
    done = run("--state", state, "up", "--real", f"--memory-mib={wrong}")
    assert done.returncode == 2
    assert f"'{wrong}' is no number of MiB; give a whole one from 1" in done.stderr
    assert not list(tmp_path.iterdir())


def test_taking_down_what_is_not_there_is_no_error(tmp_path: Path) -> None:
    assert run("--state", str(tmp_path / "none"), "down").returncode == 0
    assert not list(tmp_path.iterdir())


def test_exec_without_a_command_says_what_is_missing(tmp_path: Path) -> None:
    done = run("--state", str(tmp_path), "exec")
    assert done.returncode == 1
    assert done.stderr.startswith("error: exec needs a command")


@pytest.mark.parametrize("command", ["up", "down", "status", "env", "exec", "deploy", "build"])
def test_every_command_explains_itself(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        cli.main([command, "--help"])
    assert ended.value.code == 0
    assert len(capsys.readouterr().out.splitlines()) >= 3


@pytest.mark.parametrize("signum", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_a_command_with_one_sentence_and_130(
    signum: signal.Signals,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    handler = signal.getsignal(signal.SIGTERM)
    monkeypatch.setattr(lab, "up", lambda _state, **_real: signal.raise_signal(signum))
    try:
        assert cli.main(["--state", str(tmp_path), "up"]) == 130
    finally:
        signal.signal(signal.SIGTERM, handler)
    assert capsys.readouterr().err == "interrupted; the same command carries on from here\n"


def test_a_full_disk_is_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def write(_state: object, **_real: bool) -> None:
        raise OSError(28, "No space left on device", "/somewhere/file")

    monkeypatch.setattr(lab, "up", write)
    assert cli.main(["--state", str(tmp_path), "up"]) == 1
    assert capsys.readouterr().err == (
        "error: the disk is full (/somewhere/file); make room and run the same command again\n"
    )


def test_a_file_that_cannot_be_used_is_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def write(_state: object, **_real: bool) -> None:
        raise PermissionError(13, "Permission denied", "/somewhere/file")

    monkeypatch.setattr(lab, "up", write)
    assert cli.main(["--state", str(tmp_path), "up"]) == 1
    assert capsys.readouterr().err == (
        "error: /somewhere/file: Permission denied; mend that and run the same command again\n"
    )
