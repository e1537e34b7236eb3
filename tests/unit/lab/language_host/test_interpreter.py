"""Which Python runs a program."""

import sys
from pathlib import Path

import pytest
from hoheit_lab.errors import LabError
from hoheit_lab.language_host.interpreter import Interpreter, find, own


@pytest.fixture(autouse=True)
def no_active_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("VIRTUAL_ENV", raising=False)
    monkeypatch.delenv("UV_PROJECT_ENVIRONMENT", raising=False)


def make_virtualenv(directory: Path) -> Interpreter:
    python = directory / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.touch()
    return Interpreter(python, directory)


def test_a_virtualenv_is_relative_to_the_project_and_not_to_the_program(tmp_path: Path) -> None:
    wanted = make_virtualenv(tmp_path / "venv")
    assert find(tmp_path, tmp_path / "stacks", {"virtualenv": "venv"}) == wanted


def test_a_virtualenv_elsewhere_is_taken_as_it_is_written(tmp_path: Path) -> None:
    wanted = make_virtualenv(tmp_path / "venv")
    project = tmp_path / "project"
    assert find(project, project, {"virtualenv": str(tmp_path / "venv")}) == wanted


@pytest.mark.parametrize("options", [{"toolchain": "uv"}, {}])
def test_a_program_in_a_uv_workspace_runs_on_the_workspace_s_environment(
    tmp_path: Path, options: dict[str, object]
) -> None:
    (tmp_path / "uv.lock").touch()
    wanted = make_virtualenv(tmp_path / ".venv")
    program = tmp_path / "member" / "stacks"
    program.mkdir(parents=True)
    (tmp_path / "member" / "pyproject.toml").touch()
    assert find(program, program, options) == wanted


def test_uv_s_own_setting_moves_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "uv.lock").touch()
    wanted = make_virtualenv(tmp_path / "elsewhere")
    monkeypatch.setenv("UV_PROJECT_ENVIRONMENT", "elsewhere")
    assert find(tmp_path, tmp_path, {"toolchain": "uv"}) == wanted


def test_a_pyproject_alone_makes_a_uv_project_only_if_the_toolchain_says_uv(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").touch()
    wanted = make_virtualenv(tmp_path / ".venv")
    assert find(tmp_path, tmp_path, {"toolchain": "uv"}) == wanted
    assert find(tmp_path, tmp_path, {}) == own()


def test_a_program_without_a_project_runs_on_the_active_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wanted = make_virtualenv(tmp_path / "active")
    monkeypatch.setenv("VIRTUAL_ENV", str(tmp_path / "active"))
    assert find(tmp_path, tmp_path, {}) == wanted


def test_a_program_without_any_environment_runs_on_the_host_s_own_interpreter(
    tmp_path: Path,
) -> None:
    found = find(tmp_path, tmp_path, {"toolchain": "uv"})
    assert found.python.samefile(sys.executable)


def test_a_uv_project_that_was_never_synced_is_told_how_to_be(tmp_path: Path) -> None:
    (tmp_path / "uv.lock").touch()
    with pytest.raises(LabError, match=r"\.venv does not exist; `pulumi install` creates it"):
        find(tmp_path, tmp_path, {"toolchain": "uv"})


def test_an_unknown_toolchain_is_refused_with_those_that_are_known(tmp_path: Path) -> None:
    with pytest.raises(LabError, match=r"'poetry'.*pip and uv"):
        find(tmp_path, tmp_path, {"toolchain": "poetry"})


def test_an_active_environment_comes_first_on_the_search_path_and_alone(tmp_path: Path) -> None:
    environment = {"PATH": "/usr/bin", "PYTHONHOME": "/opt", "VIRTUAL_ENV": "/other", "A": "b"}
    assert Interpreter(tmp_path / "bin" / "python", tmp_path).activate(environment) == {
        "PATH": f"{tmp_path}/bin:/usr/bin",
        "VIRTUAL_ENV": str(tmp_path),
        "A": "b",
    }


def test_a_system_interpreter_brings_no_virtual_environment() -> None:
    environment = {"PATH": "/usr/bin", "VIRTUAL_ENV": "/other"}
    assert Interpreter(Path("/usr/bin/python")).activate(environment) == {"PATH": "/usr/bin"}
