"""The commands that the host starts, and what it makes of their exit codes."""

from pathlib import Path

import pytest
from hoheit_lab.errors import LabError
from hoheit_lab.language_host import executor, plugins, programs
from hoheit_lab.language_host.interpreter import Interpreter
from pulumi.runtime.proto import language_pb2

PYTHON = Interpreter(Path("/venv/bin/python"))
RUN = [str(PYTHON.python), "-u"]


def request(**changes: object) -> language_pb2.RunRequest:
    info = language_pb2.ProgramInfo(
        root_directory="/project", program_directory="/project/stacks", entry_point="."
    )
    if options := changes.pop("options", None):
        info.options.update(options)
    return language_pb2.RunRequest(
        info=info, project="sample", stack="test", parallel=4, pwd="/project/stacks", **changes
    )


def program_arguments(**changes: object) -> list[str]:
    command = programs.steps(request(**changes), "127.0.0.1:1", PYTHON)[-1].command
    assert command[:3] == [*RUN, executor.__file__]
    return command[3:]


def test_the_executor_understands_what_the_host_writes() -> None:
    parsed = executor.parse(
        program_arguments(dryRun=True, monitor_address="127.0.0.1:2", args=["--flag", "x"])
    )
    assert vars(parsed) == {
        "project": "sample",
        "stack": "test",
        "organization": "",
        "root_directory": "/project",
        "monitor": "127.0.0.1:2",
        "engine": "127.0.0.1:1",
        "pwd": "/project/stacks",
        "parallel": 4,
        "dry_run": True,
        "program": "/project/stacks",
        "arguments": ["--flag", "x"],
    }


def test_an_update_is_not_a_dry_run() -> None:
    assert executor.parse(program_arguments()).dry_run is False


def test_the_type_checker_of_the_project_runs_before_the_program() -> None:
    steps = programs.steps(request(options={"typechecker": "mypy"}), "", PYTHON)
    assert [step.name for step in steps] == ["The type checker mypy", "Program"]
    assert steps[0].command == [*RUN, "-m", "mypy", "/project/stacks"]


def test_an_unknown_type_checker_is_refused_with_those_that_are_known() -> None:
    with pytest.raises(LabError, match=r"'ty'.*mypy or pyright"):
        programs.steps(request(options={"typechecker": "ty"}), "", PYTHON)


def test_a_debugger_is_refused_with_another_way() -> None:
    with pytest.raises(LabError, match=r"debugpy\.listen"):
        programs.steps(request(attach_debugger=True), "", PYTHON)


@pytest.mark.parametrize(
    ("code", "answer"),
    [
        (executor.ERROR_SHOWN, language_pb2.RunResponse(bail=True)),
        (executor.INTERRUPTED, language_pb2.RunResponse(bail=True)),
        (3, language_pb2.RunResponse(error="Program exited with non-zero exit code: 3")),
        (-9, language_pb2.RunResponse(error="Program was ended by signal SIGKILL")),
    ],
)
def test_an_exit_code_becomes_an_answer(code: int, answer: language_pb2.RunResponse) -> None:
    assert programs.Step("Program", []).failure(code) == answer


def test_a_policy_pack_gets_the_engine_s_address_and_its_own_directory(tmp_path: Path) -> None:
    command = plugins.command("analyzer", tmp_path, ["-v=3", "127.0.0.1:1"], PYTHON)
    assert command == [*RUN, "-m", "pulumi.policy", "-v=3", "127.0.0.1:1", str(tmp_path)]


def test_a_plugin_with_a_main_module_is_run_as_a_directory(tmp_path: Path) -> None:
    (tmp_path / "__main__.py").touch()
    command = plugins.command("resource", tmp_path, ["127.0.0.1:1"], PYTHON)
    assert command == [*RUN, str(tmp_path), "127.0.0.1:1"]


def test_a_plugin_that_is_a_package_is_run_by_its_name(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text('[project]\nname = "wood-shelves"\n')
    command = plugins.command("resource", tmp_path, ["127.0.0.1:1"], PYTHON)
    assert command == [*RUN, "-m", "pulumi.run.plugin", "wood-shelves", "127.0.0.1:1"]


def test_a_directory_without_a_plugin_is_told_so(tmp_path: Path) -> None:
    with pytest.raises(LabError, match=r"neither a __main__.py nor a pyproject.toml"):
        plugins.command("resource", tmp_path, [], PYTHON)
