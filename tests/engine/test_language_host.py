"""The lab's language host under the real engine: how it runs programs."""

import signal
from pathlib import Path

import psutil
import pytest
from support.engine import Stack, write_program, write_project

HOST_MODULE = "hoheit_lab.language_host"


def test_a_program_is_previewed_created_left_alone_and_destroyed(stack: Stack) -> None:
    assert stack.preview().changes == {"to create": 3}
    assert stack.up().changes == {"created": 3}
    assert stack.outputs() == {"label": "UPPER"}
    assert stack.up().changes == {"unchanged": 3}
    assert stack.destroy().changes == {"deleted": 3}
    assert "urn:pulumi" not in stack.state()


def test_a_program_reads_its_configuration_and_its_secrets_stay_encrypted(stack: Stack) -> None:
    write_program(
        stack.directory,
        """
        import pulumi

        config = pulumi.Config()
        pulumi.export("size", config.require_int("size"))
        pulumi.export("shelf", config.require_object("shelf")["boards"][1])
        pulumi.export("key", config.require_secret("key"))
        """,
    )
    stack.config(size=7, shelf={"boards": ["oak", "elm"]})
    stack.config(key="open-sesame", secret=True)

    shown = stack.up().text

    assert stack.outputs() == {"size": 7, "shelf": "elm", "key": "open-sesame"}
    assert "key  : [secret]" in shown
    assert "open-sesame" not in shown + stack.state()


def test_what_a_program_prints_reaches_the_user(stack: Stack) -> None:
    write_program(
        stack.directory,
        """
        import sys
        print("to standard output")
        print("to standard error", file=sys.stderr)
        """,
    )
    shown = stack.preview().text
    assert "to standard output" in shown
    assert "to standard error" in shown


def test_a_program_in_a_file_imports_its_neighbours_also_from_callbacks(
    tmp_path: Path, environment: dict[str, str]
) -> None:
    directory = write_project(tmp_path / "project", "", main="src/program.py")
    (directory / "src").mkdir()
    (directory / "src" / "early.py").write_text("wood = 'oak'\n")
    (directory / "src" / "late.py").write_text("colour = 'red'\n")
    (directory / "src" / "program.py").write_text(
        "import pulumi, early, sys, os\n"
        "def late(wood):\n"
        "    import late\n"
        "    return late.colour + ' ' + wood\n"
        "pulumi.export('door', pulumi.Output.from_input(early.wood).apply(late))\n"
        "pulumi.export('cwd', os.path.basename(os.getcwd()))\n"
        "pulumi.export('root', pulumi.get_root_directory())\n"
    )
    stack = Stack(directory, environment)
    stack.up()
    assert stack.outputs() == {"door": "red oak", "cwd": "src", "root": str(directory)}


def test_a_run_error_is_shown_as_its_message_alone(stack: Stack) -> None:
    write_program(stack.directory, "import pulumi\nraise pulumi.RunError('no pool has this name')")
    shown = stack.preview(fails=True).text
    assert "error: no pool has this name\n" in shown
    assert "Traceback" not in shown
    assert "unhandled" not in shown


def test_an_exception_is_shown_with_the_traceback_of_the_program_only(stack: Stack) -> None:
    write_program(
        stack.directory,
        """
        def board(length):
            return 1 / length

        board(0)
        """,
    )
    shown = stack.preview(fails=True).text
    assert "Program failed with an unhandled exception" in shown
    assert "ZeroDivisionError" in shown
    frames = [line for line in shown.splitlines() if line.strip().startswith("File ")]
    assert len(frames) == 2
    assert all(f'"{stack.directory}/__main__.py"' in frame for frame in frames)


def test_an_exit_code_of_the_program_fails_the_update(stack: Stack) -> None:
    write_program(stack.directory, "raise SystemExit(3)")
    assert "Program exited with non-zero exit code: 3" in stack.preview(fails=True).text


def test_a_project_without_a_program_is_told_so(stack: Stack) -> None:
    (stack.directory / "__main__.py").unlink()
    shown = stack.preview(fails=True).text
    assert f"error: The program has no {stack.directory}/__main__.py." in shown
    assert "Traceback" not in shown


def test_a_missing_virtual_environment_is_one_sentence(
    tmp_path: Path, environment: dict[str, str]
) -> None:
    directory = write_project(tmp_path / "project", "", options={"virtualenv": "venv"})
    stack = Stack(directory, environment)
    shown = stack.preview(fails=True).text
    assert (
        f"error: The project's virtual environment {directory}/venv does not exist;"
        " `pulumi install` creates it.\n"
    ) in shown
    assert "Traceback" not in shown


def test_an_environment_without_the_pulumi_sdk_is_one_sentence(
    tmp_path: Path, environment: dict[str, str]
) -> None:
    directory = write_project(tmp_path / "project", "", options={"virtualenv": "venv"})
    stack = Stack(directory, environment)
    stack.command("install")
    shown = stack.preview(fails=True).text
    assert f"The Python environment {directory}/venv has no Pulumi SDK" in shown
    assert "Traceback" not in shown


def test_pulumi_install_makes_the_environment_in_which_the_program_then_runs(
    tmp_path: Path, environment: dict[str, str]
) -> None:
    directory = write_project(
        tmp_path / "project",
        "import pulumi, sys\npulumi.export('prefix', sys.prefix)",
        options={"virtualenv": "venv"},
    )
    (directory / "requirements.txt").write_text("pulumi\n")
    stack = Stack(directory, environment)
    stack.command("install")
    stack.up()
    assert stack.outputs() == {"prefix": str(directory / "venv")}
    about = stack.command("about").text
    assert f"executable='{directory}/venv/bin/python'" in about


def test_a_stack_reads_the_outputs_of_another(stack: Stack, tmp_path: Path) -> None:
    stack.up()
    reader = write_project(
        tmp_path / "reader",
        """
        import pulumi
        pulumi.export("copy", pulumi.StackReference("organization/sample/test").get_output("label"))
        """,
        name="reader",
    )
    second = Stack(reader, stack.environment)
    second.up()
    assert second.outputs() == {"copy": "UPPER"}


SLEEPS = """
    import time
    import pulumi

    pulumi.ComponentResource("sample:index:Shelf", "upper")
    print("the program waits", flush=True)
    try:
        time.sleep(300)
    finally:
        print("the program has cleaned up", flush=True)
"""

AWAITS = """
    import asyncio
    import pulumi

    async def late():
        print("the program waits", flush=True)
        try:
            await asyncio.sleep(300)
        finally:
            print("the program has cleaned up", flush=True)

    pulumi.export("late", pulumi.Output.from_input(late()))
"""


@pytest.mark.parametrize("program", [SLEEPS, AWAITS], ids=["sleeping", "awaiting"])
@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGKILL], ids=["ctrl-c", "killed"])
def test_an_engine_that_ends_early_leaves_no_process(
    stack: Stack, program: str, how: signal.Signals
) -> None:
    write_program(stack.directory, program)
    engine = stack.start("up", "--yes", "--skip-preview")
    assert engine.stdout is not None
    try:
        next(line for line in engine.stdout if "the program waits" in line)
        children = psutil.Process(engine.pid).children(recursive=True)
        assert any(HOST_MODULE in " ".join(child.cmdline()) for child in children)
        engine.send_signal(how)
        _, alive = psutil.wait_procs(children, timeout=10)
        assert alive == []
        shown = engine.stdout.read()
    finally:
        engine.kill()
        engine.wait()
    assert "Traceback" not in shown
    assert "KeyboardInterrupt" not in shown
    if how == signal.SIGINT:
        assert "update canceled" in shown
        assert ("the program has cleaned up" in shown) == (program == SLEEPS)
