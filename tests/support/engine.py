"""Runs the real Pulumi CLI on a project in a temporary directory and reads what it says."""

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import textwrap
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from hoheit_lab.toolchain.builder import build

STAND_INS = {
    "pulumi-language-python": "hoheit_lab.language_host",
    "pulumi-resource-random": "hoheit_lab.providers.random",
}

COMMAND_TIMEOUT = 240
"""Seconds; a command that takes longer hangs."""


@dataclass(frozen=True)
class Result:
    """What one Pulumi command did."""

    code: int
    text: str
    """Everything it printed, standard output and standard error together."""

    @property
    def changes(self) -> dict[str, int]:
        """The summary, such as `{"created": 2, "unchanged": 1}` or `{"to create": 2}`."""
        summary = self.text.rpartition("\nResources:")[2].partition("\n\n")[0]
        counts = re.findall(r"(\d+) ([a-z][a-z ]*)", summary)
        return {what.strip(): int(count) for count, what in counts if what != "changes"}

    @property
    def changed(self) -> dict[str, int]:
        """The summary without what stayed as it was."""
        return {what: n for what, n in self.changes.items() if what != "unchanged"}


class CommandError(AssertionError):
    """A Pulumi command that the test needs to succeed did not; its text is the message."""


class Stack:
    """One stack of one project, with the CLI's operations as methods.

    Every operation takes further CLI arguments, and `fails=True` where it has to fail.

    Args:
        directory: Where the project's `Pulumi.yaml` lies; the stack's file is put beside it.
        environment: The engine's environment, see `hoheit_lab.environment`.
        name: The stack's name.
    """

    def __init__(self, directory: Path, environment: Mapping[str, str], name: str = "test") -> None:
        self.directory = directory
        self.environment = dict(environment)
        self.name = name
        self.command("stack", "init", name)

    def command(self, *arguments: str, fails: bool = False) -> Result:
        """Runs any Pulumi command on the stack."""
        process = self.start(*arguments)
        try:
            text, _ = process.communicate(timeout=COMMAND_TIMEOUT)
        finally:
            process.kill()
        result = Result(process.returncode, text)
        if (result.code != 0) != fails:
            wanted = "fail" if fails else "succeed"
            raise CommandError(f"pulumi {' '.join(arguments)} should {wanted}:\n{result.text}")
        return result

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        """Starts a command without waiting for it, as the leader of a process group."""
        pulumi = shutil.which("pulumi", path=self.environment["PATH"])
        assert pulumi, "the engine's environment has no pulumi on its PATH"
        common = ["--non-interactive", "--color=never"]
        if arguments[0] not in {"install"} and arguments[:2] != ("stack", "init"):
            common += ["--stack", self.name]
        return subprocess.Popen(
            [pulumi, *arguments, *common],
            cwd=self.directory,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            process_group=0,
        )

    def up(self, *arguments: str, fails: bool = False) -> Result:
        """`pulumi up`, without the preview that would precede it."""
        return self.command("up", "--yes", "--skip-preview", *arguments, fails=fails)

    def preview(self, *arguments: str, fails: bool = False) -> Result:
        """`pulumi preview`."""
        return self.command("preview", *arguments, fails=fails)

    def refresh(self, *arguments: str, fails: bool = False) -> Result:
        """`pulumi refresh`, without a preview."""
        return self.command("refresh", "--yes", "--skip-preview", *arguments, fails=fails)

    def destroy(self, *arguments: str, fails: bool = False) -> Result:
        """`pulumi destroy`, without a preview."""
        return self.command("destroy", "--yes", "--skip-preview", *arguments, fails=fails)

    def import_(self, type_: str, name: str, id_: str, *arguments: str) -> Result:
        """`pulumi import` of one existing object, unprotected and without generated code."""
        flags = ["--yes", "--skip-preview", "--protect=false", "--generate-code=false"]
        return self.command("import", type_, name, id_, *flags, *arguments)

    def config(self, *, secret: bool = False, **values: object) -> None:
        """Sets configuration values; secrets are encrypted in the stack's file."""
        kind = "--secret" if secret else "--plaintext"
        pairs = [
            f"{key}={value if isinstance(value, str) else json.dumps(value)}"
            for key, value in values.items()
        ]
        self.command("config", "set-all", *(part for pair in pairs for part in (kind, pair)))

    def outputs(self) -> dict[str, Any]:
        """The stack's outputs, secrets in clear text."""
        return json.loads(self.command("stack", "output", "--json", "--show-secrets").text)

    def state(self) -> str:
        """The stored state as text, secrets encrypted."""
        return self.command("stack", "export").text

    def resources(self) -> dict[str, dict[str, Any]]:
        """The resources by name, without providers and what still waits to be deleted."""
        found = json.loads(self.state())["deployment"].get("resources") or []
        return {
            r["urn"].rpartition("::")[2]: r
            for r in found
            if r["custom"] and not r.get("delete") and not r["type"].startswith("pulumi:providers:")
        }


def stand_in_environment(directory: Path) -> dict[str, str]:
    """An environment with a backend of its own in which the stand-ins are used, always.

    The lab itself prefers official plugins; tests of the stand-ins must not.
    """
    pulumi = shutil.which("pulumi") or str(build(["pulumi"])["pulumi"])
    launchers, home, state = (directory / name for name in ("bin", "home", "state"))
    for path in (launchers, home, state):
        path.mkdir(parents=True)
    (launchers / "pulumi").symlink_to(pulumi)
    for name, module in STAND_INS.items():
        launcher = launchers / name
        launcher.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -P -m {module} "$@"\n')
        launcher.chmod(0o755)
    inherited = {k: v for k, v in os.environ.items() if not k.startswith("PULUMI_")}
    return {
        **inherited,
        "PATH": f"{launchers}{os.pathsep}{os.environ['PATH']}",
        "PULUMI_HOME": str(home),
        "PULUMI_BACKEND_URL": state.as_uri(),
        "PULUMI_CONFIG_PASSPHRASE": "for tests only",
        "PULUMI_SKIP_UPDATE_CHECK": "true",
        "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
    }


def write_project(
    directory: Path,
    program: str,
    *,
    name: str = "sample",
    options: Mapping[str, object] | None = None,
    **settings: object,
) -> Path:
    """Makes a project with one `__main__.py`; returns its directory.

    Args:
        directory: Where to make it.
        program: Source text, of any indentation.
        name: The project's name.
        options: `runtime.options` of its `Pulumi.yaml`.
        settings: Further top-level settings of its `Pulumi.yaml`.
    """
    directory.mkdir(parents=True, exist_ok=True)
    runtime = {"name": "python", "options": dict(options or {})}
    project = {"name": name, "runtime": runtime, **settings}
    (directory / "Pulumi.yaml").write_text(yaml.safe_dump(project))
    write_program(directory, program)
    return directory


def write_program(directory: Path, program: str) -> None:
    """Replaces the `__main__.py` of a project."""
    (directory / "__main__.py").write_text(textwrap.dedent(program).lstrip())


def copy_project(source: Path, directory: Path) -> Path:
    """Copies a project, so that the stack's file does not land among tracked files."""
    shutil.copytree(
        source, directory, ignore=shutil.ignore_patterns("__pycache__", "Pulumi.*.yaml")
    )
    return directory
