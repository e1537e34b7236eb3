"""How to start a plugin that is written in Python: a policy pack or a provider."""

import tomllib
from collections.abc import Sequence
from pathlib import Path

from hoheit_lab.errors import LabError
from hoheit_lab.language_host.interpreter import Interpreter


def command(
    kind: str, directory: Path, arguments: Sequence[str], interpreter: Interpreter
) -> list[str]:
    """The command that starts a plugin.

    Args:
        kind: The engine's word for it; policy packs are of kind `analyzer`.
        directory: Directory of the plugin's `PulumiPolicy.yaml` or `PulumiPlugin.yaml`.
        arguments: Logging flags and the engine's address, for the plugin.
        interpreter: What the plugin runs on.

    Raises:
        LabError: There is nothing to run in the directory.
    """
    python = [str(interpreter.python), "-u"]
    if kind == "analyzer":
        return [*python, "-m", "pulumi.policy", *arguments, str(directory)]
    if (directory / "__main__.py").is_file():
        return [*python, str(directory), *arguments]
    return [*python, "-m", "pulumi.run.plugin", _distribution(directory), *arguments]


def _distribution(directory: Path) -> str:
    """The name under which a plugin that is a package has been installed."""
    description = directory / "pyproject.toml"
    if not description.is_file():
        raise LabError(f"The plugin in {directory} has neither a __main__.py nor a pyproject.toml.")
    name = tomllib.loads(description.read_text()).get("project", {}).get("name")
    if not name:
        raise LabError(f"{description} has no `project.name`.")
    return str(name)
