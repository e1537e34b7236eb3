"""The `pulumi` of a lab: the real one, pointed at the copy of the stack file.

`hoheit-lab exec -- pulumi preview` finds this first on PATH. So what a person types, or a tool
starts, leaves tracked files alone like `hoheit-lab deploy` does, and sees the latest edits of
them.
"""

import hashlib
import json
import os
import sys
from collections.abc import Mapping, Sequence
from itertools import pairwise
from pathlib import Path

from .console import say
from .errors import LabError
from .paths import StateDir
from .plugins import chosen_engine
from .projects import Project, refresh_copy

CONFIG_FILE = "PULUMI_OPTION_CONFIG_FILE"
"""Pulumi takes any option from the environment too; commands without this option ignore it."""

CONFIG_EDITS = ("set", "set-all", "rm", "rm-all", "cp", "env", "refresh")
"""`pulumi config` commands that edit the stack file: what somebody types these for."""


def main() -> None:
    """Becomes the real `pulumi`."""
    try:
        state = StateDir.at(os.environ["HOHEIT_LAB_STATE"])
        engine = chosen_engine(state)
        environment = with_config_file(state, sys.argv[1:], os.environ)
    except LabError as error:
        say(f"error: {error}")
        sys.exit(1)
    os.execve(engine.pulumi, ["pulumi", *sys.argv[1:]], environment)  # noqa: S606 - it is pulumi


def with_config_file(
    state: StateDir, arguments: Sequence[str], environment: Mapping[str, str]
) -> dict[str, str]:
    """Returns the environment in which pulumi uses the copy of the right stack file."""
    kept = dict(environment)
    if Path(kept.get(CONFIG_FILE, "/")).is_relative_to(state.pulumi_projects):
        del kept[CONFIG_FILE]  # ours, inherited from a pulumi command around this one
    if CONFIG_FILE in kept or _edits_config(arguments):
        return kept
    directory = _option(arguments, "-C", "--cwd") or "."
    try:
        project = Project.at(Path.cwd() / directory)
    except LabError:
        return kept  # pulumi says itself what it thinks of a directory without a project
    stack = (
        _option(arguments, "-s", "--stack")
        or environment.get("PULUMI_STACK")
        or _selected_stack(state, project)
    )
    if stack and (project.stack_file(stack).exists() or project.copies(state).exists()):
        kept[CONFIG_FILE] = str(refresh_copy(state, project, stack))
    return kept


def _edits_config(arguments: Sequence[str]) -> bool:
    words = [word for word in arguments if not word.startswith("-")]
    return any(word == "config" and edit in CONFIG_EDITS for word, edit in pairwise(words))


def _option(arguments: Sequence[str], short: str, long: str) -> str:
    """Finds the value of an option in any of the ways in which one can write it."""
    for position, word in enumerate(arguments):
        if word in (short, long):
            return arguments[position + 1] if position + 1 < len(arguments) else ""
        for prefix in (f"{long}=", f"{short}=", short):
            if word.startswith(prefix) and not word.startswith("--" if prefix == short else "\0"):
                return word.removeprefix(prefix)
    return ""


def _selected_stack(state: StateDir, project: Project) -> str:
    """Reads from Pulumi's own notes which stack `pulumi stack select` chose for a project."""
    digest = hashlib.sha1(str(project.file).encode(), usedforsecurity=False).hexdigest()
    file = state.pulumi_home / "workspaces" / f"{project.name}-{digest}-workspace.json"
    try:
        settings = json.loads(file.read_text())
    except (OSError, ValueError):
        return ""
    stacks: dict[str, str] = settings.get("stacks") or {}
    return next(iter(stacks.values()), settings.get("stack") or "")


if __name__ == "__main__":
    main()
