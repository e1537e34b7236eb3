"""The real program of `stacks/` in a project of its own, so that no tracked file is written to."""

import shutil
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from support.engine import Stack
from support.monitor import STACKS, stack_environment


class StacksProject:
    """A copy of the project with one stack, whose environment tests write.

    Args:
        directory: Where to put the copy.
        environment: The engine's environment.
        name: Name of the stack.
    """

    def __init__(self, directory: Path, environment: Mapping[str, str], name: str = "test") -> None:
        project = yaml.safe_load((STACKS.parent / "Pulumi.yaml").read_text("utf-8"))
        # The tests' own interpreter has the project installed, the copy has no environment.
        project["runtime"]["options"] = {"virtualenv": sys.prefix}
        program = directory / project["main"]
        program.mkdir(parents=True)
        for file in STACKS.glob("*.py"):
            shutil.copy(file, program)
        (directory / "Pulumi.yaml").write_text(yaml.safe_dump(project), "utf-8")
        self.stack = Stack(directory, environment, name)
        self._file = directory / project["stackConfigDir"] / f"Pulumi.{name}.yaml"

    def configure(self, environment: Mapping[str, Any] | None) -> Stack:
        """Sets the whole environment, or removes it."""
        text = self._file.read_text("utf-8") if self._file.exists() else "{}"
        document: dict[str, Any] = yaml.safe_load(text)
        document["config"] = {"hoheit:environment": environment} if environment else {}
        self._file.write_text(yaml.safe_dump(document), "utf-8")
        return self.stack


def local(*changes: tuple[str, object]) -> dict[str, Any]:
    """The environment of stack `local` with values changed at dotted paths."""
    return changed("local", *changes)


def changed(stack: str, *changes: tuple[str, object]) -> dict[str, Any]:
    """The environment of a stack with values changed at dotted paths."""
    environment = stack_environment(stack)
    for path, value in changes:
        *parents, last = path.split(".")
        inner = environment
        for part in parents:
            inner = inner[part]
        inner[last] = value
    return environment
