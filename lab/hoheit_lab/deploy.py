"""Deploys one stack of one Pulumi project into a lab."""

import json
import signal
import socket
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import psutil
import yaml

from .console import say
from .environment import full_environment
from .errors import LabError
from .locks import exclusive
from .paths import StateDir
from .plugins import chosen_engine
from .projects import Project, refresh_copy
from .signals import Terminated


@dataclass(frozen=True)
class Deployment:
    """One stack of a project, in a lab."""

    state: StateDir
    project: Project
    stack: str
    pulumi: str
    environment: Mapping[str, str]

    @classmethod
    def of(cls, state: StateDir, directory: Path, stack: str) -> "Deployment":
        """Prepares to deploy the project in `directory`."""
        project = Project.at(directory.resolve())
        if not project.stack_file(stack).exists():
            raise LabError(
                f"project {project.name} has no stack '{stack}': there is no file "
                f"{project.stack_file(stack)}"
            )
        return cls(state, project, stack, chosen_engine(state).pulumi, full_environment(state))

    def run(self) -> None:
        """Creates the stack if need be and brings it up."""
        with exclusive(self.state.deploy_lock, f"deploying into the lab in {self.state.root}"):
            copy = refresh_copy(self.state, self.project, self.stack)
            self._ensure_stack(copy)
            self._cancel_stale_lock()
            say(f"deploy: pulumi up, stack {self.stack} of {self.project.name}")
            # The lab is for trying things out: what somebody deleted by hand comes back.
            code = self._pulumi("up", "--refresh", "--yes", "--config-file", str(copy))
        if code != 0:
            raise LabError(
                f"pulumi up ended with {code}, its reasons are above; what it created stays, and "
                "the next deploy continues"
            )

    def _ensure_stack(self, copy: Path) -> None:
        """Creates and selects the stack; the project's files are only read.

        `pulumi stack init` has no option for the stack file. So it runs beside the copy, where a
        project file with nothing but the name makes it the same stack.
        """
        if not self._exists():
            beside = copy.with_name("Pulumi.yaml")
            beside.write_text(yaml.safe_dump({"name": self.project.name, "runtime": "python"}))
            self._quietly("--cwd", str(copy.parent), "stack", "init", self.stack, "--no-select")
        self._quietly("stack", "select", self.stack)

    def _exists(self) -> bool:
        stacks = self.state.pulumi_state / ".pulumi" / "stacks" / self.project.name
        return any(stacks.glob(f"{self.stack}.json*"))

    def _cancel_stale_lock(self) -> None:
        """Removes the lock that a killed run left; refuses while that run still lives."""
        locks = self.state.pulumi_state / ".pulumi" / "locks" / "organization"
        for lock in (locks / self.project.name / self.stack).glob("*.json"):
            holder = json.loads(lock.read_text())
            if _lives(holder):
                raise LabError(
                    f"process {holder['pid']} is working on stack {self.stack}; wait for it"
                )
            say(f"deploy: removing the lock that process {holder['pid']} left when it was killed")
            self._quietly("cancel", "--yes", "--stack", self.stack)
            return

    def _quietly(self, *arguments: str) -> None:
        done = subprocess.run(  # noqa: S603 - our own argument list
            [self.pulumi, "--non-interactive", *arguments],
            cwd=self.project.file.parent,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode != 0:
            said = done.stderr.strip() or done.stdout.strip()
            raise LabError(f"`pulumi {' '.join(arguments)}` failed: {said}")

    def _pulumi(self, *arguments: str) -> int:
        """Runs pulumi in the open, and when interrupted gives it the time to end well.

        A terminal sends Ctrl-C to pulumi too, and a second one would kill it; a signal that
        somebody sends to this process alone has to be passed on.
        """
        child = subprocess.Popen(  # noqa: S603 - our own argument list
            [self.pulumi, *arguments], cwd=self.project.file.parent, env=self.environment
        )
        try:
            return child.wait()
        except KeyboardInterrupt as interrupt:
            if isinstance(interrupt, Terminated) or not sys.stdin.isatty():
                child.send_signal(signal.SIGINT)
            if child.wait() == 0:
                return 0
            raise


def _lives(holder: Mapping[str, object]) -> bool:
    if holder.get("hostname") != socket.gethostname():
        return True  # another machine's process: not ours to judge
    try:
        process = psutil.Process(int(str(holder["pid"])))
        return process.name() == "pulumi" and process.status() != psutil.STATUS_ZOMBIE
    except (psutil.NoSuchProcess, ValueError):
        return False
