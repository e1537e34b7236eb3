"""The command line as people meet it: help, mistakes, interruptions."""

import os
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import pytest
from hoheit_cli import doctor, main, register

COMMANDS = ["plan", "images", "register", "doctor", "residency", "chat", "timeline"]


def run(*words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "hoheit_cli", *words],
        env=os.environ | environment,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_explains_itself(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main.main([command, "--help"])
    assert ended.value.code == 0
    assert len(capsys.readouterr().out.splitlines()) >= 3


@pytest.mark.parametrize("words", [[], ["registre"], *([command] for command in COMMANDS)])
def test_a_command_without_what_it_needs_is_a_mistake_of_usage(
    words: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main.main(words)
    assert ended.value.code == main.USAGE
    assert "usage: hoheit" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["register", "--state", "none.json"], "none.json: No such file or directory; mend that"),
        (["doctor", "--file", "none.yaml"], "none.yaml does not exist; name a stack file"),
        (["doctor", "--stack", "dev"], "Pulumi.yaml does not exist; go to the project, or name"),
    ],
)
def test_a_mistake_ends_with_one_sentence_and_two(
    words: list[str],
    said: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main.main(words) == main.USAGE
    printed = capsys.readouterr()
    assert printed.err.startswith(f"error: {said}")
    assert len(printed.err.splitlines()) == 1
    assert not printed.out


@pytest.mark.parametrize("command", [["register"], ["residency", "check"]])
@pytest.mark.parametrize(
    "state",
    [
        '{"deployment":{"resources":[1,null,{"urn":5}]}}',
        '{"version":3,"deployment":{"resources":"abc"}}',
        "[" * 200_000,
    ],
    ids=["entries", "text", "brackets"],
)
def test_a_state_that_nobody_can_read_ends_with_one_sentence_and_two(
    command: list[str], state: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "state.json"
    file.write_text(state)
    assert main.main([*command, "--state", str(file)]) == main.USAGE
    printed = capsys.readouterr()
    assert printed.err.startswith(f"error: {file} is no")
    assert len(printed.err.splitlines()) == 1
    assert not printed.out


def test_a_value_that_is_read_but_too_deep_to_walk_through_ends_with_one_sentence_and_two(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def walk(_export: object) -> None:
        raise RecursionError

    file = tmp_path / "state.json"
    file.write_text('{"deployment": {"resources": [{"urn": "a", "type": "b"}]}}')
    monkeypatch.setattr(register, "register_of", walk)
    assert main.main(["register", "--state", str(file)]) == main.USAGE
    told = capsys.readouterr().err
    assert told.startswith("error: a value of the input is nested too deeply")
    assert len(told.splitlines()) == 1


def test_what_a_terminal_would_act_on_is_escaped_in_errors(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for words in (["register", "--state"], ["doctor", "--file"]):
        assert main.main([*words, str(tmp_path / "\x1b[31m")]) == main.USAGE
        told = capsys.readouterr().err
        assert r"/\u001b[31m" in told
        assert "\x1b" not in told


def test_the_module_is_the_command(tmp_path: Path) -> None:
    done = run("register", "--state", str(tmp_path / "none.json"))
    assert done.returncode == main.USAGE
    assert done.stderr.startswith("error: ")
    assert "Traceback" not in done.stderr


def test_ctrl_c_ends_a_command_with_one_sentence_and_130(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupt(_file: Path) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(doctor, "read_stated", interrupt)
    assert main.main(["doctor", "--file", str(tmp_path)]) == main.INTERRUPTED
    assert capsys.readouterr().err == "interrupted; nothing was changed\n"


def test_the_version_is_that_of_the_package(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main.main(["--version"])
    assert ended.value.code == 0
    assert capsys.readouterr().out == f"hoheit {version('hoheit')}\n"


@pytest.mark.parametrize("end", ["x:1", f"x@sha256:{'0' * 64}"])
def test_a_password_in_a_reference_is_not_printed(
    end: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main.main(["images", "digest", f"user:p@ss@registry.example/{end}"]) == main.USAGE
    said = capsys.readouterr().err
    assert said.startswith(f"error: ...@registry.example/{end}: not a full image reference")


@pytest.mark.parametrize("host", ["nonsense", "http://registry:5000", "u:p@registry:5000"])
def test_a_registry_to_ask_in_clear_is_named_by_host_and_port(
    host: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main.main(["images", "digest", "--plain-http", host, "registry:5000/x:1"])
    assert ended.value.code == main.USAGE
    said = capsys.readouterr().err
    assert "is no registry; name its host and port" in said
    assert "u:p" not in said
