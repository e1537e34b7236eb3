"""The real Pulumi engine on a file backend of its own, with plugins that need no cluster."""

import json
import os
import shlex
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hoheit_lab.toolchain import build

_LAUNCHERS = {
    "pulumi-language-python": "hoheit_lab.language_host",
    "pulumi-resource-random": "hoheit_lab.providers.random",
    "pulumi-resource-kubernetes": "bench.echo_provider",
}
_KIB_PER_MIB = 1024
_ROOT = Path(__file__).parents[1]


class CommandError(RuntimeError):
    """A command that has to succeed did not."""


@dataclass(frozen=True)
class Cost:
    """What one command took."""

    seconds: float
    """Wall clock."""
    memory_mib: int
    """Largest resident set of any of its processes."""


class Engine:
    """Runs commands of `pulumi` in a directory that the caller removes."""

    def __init__(self, directory: Path) -> None:
        launchers, home, state = (directory / name for name in ("bin", "home", "state"))
        for path in (launchers, home, state):
            path.mkdir(parents=True)
        (launchers / "pulumi").symlink_to(build(["pulumi"])["pulumi"])
        for name, module in _LAUNCHERS.items():
            launcher = launchers / name
            launcher.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -m {module} "$@"\n')
            launcher.chmod(0o755)
        inherited = {k: v for k, v in os.environ.items() if not k.startswith("PULUMI_")}
        self._directory = directory
        self._environment = {
            **inherited,
            "PATH": f"{launchers}{os.pathsep}{os.environ['PATH']}",
            "PYTHONPATH": str(_ROOT),
            "PULUMI_HOME": str(home),
            "PULUMI_BACKEND_URL": state.as_uri(),
            "PULUMI_CONFIG_PASSPHRASE": "for measurements only",
            "PULUMI_SKIP_UPDATE_CHECK": "true",
            "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
        }

    def run(self, project: Path, *arguments: str, **variables: str) -> Cost:
        """Run one command in ``project`` and wait for it.

        Raises:
            CommandError: if it fails; with what it printed.
        """
        return self._run(project, self._directory / "output", arguments, variables)

    def state(self, project: Path, stack: str) -> list[dict[str, Any]]:
        """Return the resources of a stack, secrets in clear text."""
        output = self._directory / "state.json"
        arguments = ("stack", "export", "--show-secrets", "--stack", stack)
        self._run(project, output, arguments, {})
        return json.loads(output.read_text())["deployment"].get("resources", [])

    def _run(
        self, project: Path, output: Path, arguments: tuple[str, ...], more: Mapping[str, str]
    ) -> Cost:
        command = ["pulumi", *arguments, "--non-interactive", "--color=never"]
        flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC
        start = time.monotonic()
        pid = os.posix_spawnp(
            "env",
            ["env", f"--chdir={project}", *command],
            {**self._environment, **more},
            file_actions=[
                (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
                (os.POSIX_SPAWN_OPEN, 1, str(output), flags, 0o600),
                (os.POSIX_SPAWN_DUP2, 1, 2),
            ],
        )
        # Unlike a subprocess, this tells the memory of this command alone.
        _, status, used = os.wait4(pid, 0)
        seconds = time.monotonic() - start
        if os.waitstatus_to_exitcode(status) != 0:
            raise CommandError(f"{' '.join(command)} failed:\n{output.read_text()}")
        return Cost(seconds, used.ru_maxrss // _KIB_PER_MIB)
