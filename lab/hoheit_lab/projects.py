"""Pulumi projects, and the copies of stack files on which the lab works.

Pulumi writes a salt for its encryption into the stack file that it uses. So it never gets the
project's own file, which may be tracked by git, but a copy in the state directory.
"""

import hashlib
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from .errors import LabError
from .paths import StateDir

PROJECT_FILES = ("Pulumi.yaml", "Pulumi.yml", "Pulumi.json")
_SALT = re.compile(r"^encryptionsalt:\s*(\S+)\s*$", re.MULTILINE)


@dataclass(frozen=True)
class Project:
    """A Pulumi project on disk."""

    file: Path
    name: str
    stack_directory: Path

    @classmethod
    def at(cls, directory: Path) -> "Project":
        """Reads the project in `directory` or the nearest one above it."""
        for parent in (directory, *directory.parents):
            for name in PROJECT_FILES:
                if (file := parent / name).is_file():
                    return cls._read(file)
        raise LabError(f"there is no Pulumi.yaml in {directory} or above it")

    @classmethod
    def _read(cls, file: Path) -> "Project":
        try:
            content: dict[str, Any] = yaml.safe_load(file.read_text()) or {}
            name = str(content["name"])
        except (yaml.YAMLError, AttributeError, KeyError, TypeError):
            raise LabError(f"{file} is not a Pulumi project: it needs a `name`") from None
        directory = content.get("stackConfigDir") or "."
        return cls(file, name, file.parent / directory)

    def stack_file(self, stack: str) -> Path:
        """Returns the project's own file for a stack, present or not."""
        plain = stack.rpartition("/")[2]
        for ending in ("yaml", "yml", "json"):
            if (file := self.stack_directory / f"Pulumi.{plain}.{ending}").is_file():
                return file
        return self.stack_directory / f"Pulumi.{plain}.yaml"

    def copies(self, state: StateDir) -> Path:
        """Returns the directory of this project's copies; two checkouts never share one."""
        digest = hashlib.sha256(str(self.file.resolve()).encode()).hexdigest()[:12]
        return state.pulumi_projects / f"{self.name}-{digest}"


def _read(file: Path) -> str:
    try:
        return file.read_text("utf-8")
    except UnicodeDecodeError as error:
        raise LabError(f"{file} is not UTF-8 (byte {error.start}); save it as UTF-8") from None


def refresh_copy(state: StateDir, project: Project, stack: str) -> Path:
    """Takes the project's stack file over into the lab's copy; the salt in the copy stays.

    Returns:
        The copy.
    """
    source = project.stack_file(stack)
    copy = project.copies(state) / source.name
    text = _read(source) if source.exists() else ""
    salt = _SALT.search(copy.read_text()) if copy.exists() else None
    if salt is not None and _SALT.search(text) is None:
        text = f"{text.rstrip()}\n{salt[0].strip()}\n".lstrip()
    copy.parent.mkdir(parents=True, exist_ok=True)
    fresh = copy.with_name(f".{copy.name}.new")
    fresh.write_text(text)
    fresh.replace(copy)
    return copy
