"""Which Python runs a program: what `runtime.options` says, else what lies around the program."""

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from hoheit_lab.errors import LabError

TOOLCHAINS = ("pip", "uv")


@dataclass(frozen=True)
class Interpreter:
    """One Python installation and, where it belongs to one, its virtual environment."""

    python: Path
    virtualenv: Path | None = None

    def activate(self, environment: Mapping[str, str]) -> dict[str, str]:
        """The given environment as `source <virtualenv>/bin/activate` would leave it."""
        active = {k: v for k, v in environment.items() if k not in ("PYTHONHOME", "VIRTUAL_ENV")}
        if self.virtualenv is not None:
            search = [str(self.virtualenv / "bin"), environment.get("PATH", "")]
            active["PATH"] = os.pathsep.join(filter(None, search))
            active["VIRTUAL_ENV"] = str(self.virtualenv)
        return active


def find(root: Path, program: Path, options: Mapping[str, object]) -> Interpreter:
    """The interpreter for the program of a project.

    Args:
        root: Directory of `Pulumi.yaml`, `PulumiPolicy.yaml` or `PulumiPlugin.yaml`.
        program: Directory of the program.
        options: `runtime.options` of that file.

    Raises:
        LabError: The environment that the project asks for is not there.
    """
    wanted = virtualenv_of(root, program, options)
    if wanted is None:
        return own()
    if not (wanted / "bin" / "python").is_file():
        raise LabError(
            f"The project's virtual environment {wanted} does not exist;"
            " `pulumi install` creates it."
        )
    return _in_virtualenv(wanted)


def virtualenv_of(root: Path, program: Path, options: Mapping[str, object]) -> Path | None:
    """Where the project keeps its virtual environment, None where it has none of its own."""
    toolchain = _toolchain(options)
    named = options.get("virtualenv")
    if named:
        return (root / str(named)).absolute()
    if toolchain != "pip" and (project := uv_project(program, lock_needed=toolchain is None)):
        return project / os.environ.get("UV_PROJECT_ENVIRONMENT", ".venv")
    active = os.environ.get("VIRTUAL_ENV")
    return Path(active) if active else None


def uv_project(program: Path, *, lock_needed: bool) -> Path | None:
    """The nearest directory, from the program upwards, that uv would sync.

    A project that names no toolchain counts as a uv project only if uv has locked it.
    """
    markers = ("uv.lock",) if lock_needed else ("uv.lock", "pyproject.toml")
    directories = [program.absolute(), *program.absolute().parents]
    return next((d for m in markers for d in directories if (d / m).is_file()), None)


def own() -> Interpreter:
    """The interpreter that runs this host, for programs without an environment of their own."""
    if sys.prefix == sys.base_prefix:
        return Interpreter(Path(sys.executable))
    return _in_virtualenv(Path(sys.prefix))


def _in_virtualenv(directory: Path) -> Interpreter:
    return Interpreter(directory / "bin" / "python", directory)


def _toolchain(options: Mapping[str, object]) -> str | None:
    chosen = options.get("toolchain")
    if not chosen:
        return None
    if str(chosen).lower() not in TOOLCHAINS:
        raise LabError(
            f"The project's toolchain is {chosen!r}, but the lab's language host knows only"
            f" {' and '.join(TOOLCHAINS)}: set one of them in `runtime.options`."
        )
    return str(chosen).lower()
