"""The packages of a program's environment: how to install them, which there are."""

import json
import platform
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from uv import find_uv_bin

from hoheit_lab.language_host.interpreter import Interpreter, uv_project, virtualenv_of

LISTING = Path(__file__).with_name("distributions.py")


def install_steps(
    root: Path, program: Path, options: Mapping[str, object]
) -> list[tuple[list[str], dict[str, str]]]:
    """The uv commands, each with its extra environment, that make a program's environment.

    Nothing is to be done for a program that uses the host's own interpreter: its packages
    are the concern of whoever installed the lab.
    """
    uv = find_uv_bin()
    virtualenv = virtualenv_of(root, program, options)
    if virtualenv is None:
        return []
    locked_only = options.get("toolchain") != "uv"
    if options.get("toolchain") != "pip" and uv_project(program, lock_needed=locked_only):
        return [([uv, "sync"], {"UV_PROJECT_ENVIRONMENT": str(virtualenv)})]
    commands: list[tuple[list[str], dict[str, str]]] = []
    python = virtualenv / "bin" / "python"
    if not python.is_file():
        commands.append(([uv, "venv", str(virtualenv)], {}))
    requirements = program / "requirements.txt"
    if requirements.is_file():
        install = [uv, "pip", "install", "--python", str(python), "--requirement"]
        commands.append(([*install, str(requirements)], {}))
    return commands


def python_version(interpreter: Interpreter) -> str:
    """The version of an interpreter, such as 3.13.1."""
    if interpreter.python.parent == Path(sys.executable).parent:
        return platform.python_version()
    command = [
        str(interpreter.python),
        "-I",
        "-c",
        "import platform as p; print(p.python_version())",
    ]
    # The interpreter is the project's own.
    return subprocess.run(command, capture_output=True, check=True, text=True).stdout.strip()  # noqa: S603


def installed(interpreter: Interpreter, *, transitive: bool) -> list[tuple[str, str]]:
    """Name and version of every distribution that the interpreter can import.

    Args:
        interpreter: Whose distributions.
        transitive: False leaves out those that another installed distribution requires.
    """
    command = [str(interpreter.python), "-I", str(LISTING)]
    # The interpreter is the project's own; the script is ours.
    listing = subprocess.run(command, capture_output=True, check=True)  # noqa: S603
    found: list[dict[str, str]] = json.loads(listing.stdout)
    return [(d["name"], d["version"]) for d in found if transitive or not d["required"]]
