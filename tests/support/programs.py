"""Programs that tests drive through the lab: their stacks, and what they leave in the cluster."""

import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any

from support.engine import Result, Stack, copy_project
from support.lab import Lab

PROGRAMS = Path(__file__).parents[1] / "cluster" / "programs"

PASSING = {"events", "events.events.k8s.io", "leases.coordination.k8s.io"}
"""Kinds that come and go whatever a program does."""


class Program:
    """One stack of one of the programs, which every test finds up and as it was configured.

    Args:
        lab: Where it runs.
        name: Directory of the program.
        directory: Where to copy it to.
        stack: Name of the stack.
    """

    def __init__(self, lab: Lab, name: str, directory: Path, stack: str = "test") -> None:
        self.stack = Stack(copy_project(PROGRAMS / name, directory / name), lab.env, stack)
        self._settled: Result | None = None

    def settle(self) -> Result:
        """Brings the stack up if a test has left it otherwise; returns what that did."""
        if self._settled is None:
            self._settled = self.stack.up()
        return self._settled

    def unsettle(self) -> None:
        """Notes that the stack is not as the next test wants it."""
        self._settled = None

    def configured(self, **config: object) -> "Configured":
        """Changes the configuration inside of a `with`, and unsettles the stack."""
        return Configured(self, config)

    def close(self) -> None:
        """Destroys what is left."""
        self.stack.destroy()


class Configured:
    """A configuration for some commands; the defaults are back afterwards."""

    def __init__(self, program: Program, config: dict[str, object]) -> None:
        self._program = program
        self._config = config

    def __enter__(self) -> Stack:
        self._program.unsettle()
        self._program.stack.config(**self._config)
        return self._program.stack

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._program.stack.command("config", "rm-all", *self._config)


def live(lab: Lab, stack: Stack, *resources: str) -> list[dict[str, Any]]:
    """The live objects behind some resources of a stack."""
    states = stack.resources()
    return [_live(lab, states[resource]) for resource in resources]


def _live(lab: Lab, state: dict[str, Any]) -> dict[str, Any]:
    namespace, _, name = state["id"].rpartition("/")
    kind = state["inputs"]["kind"]
    return lab.kubectl("get", kind, name, f"--namespace={namespace}", "-o", "json")


def objects(lab: Lab) -> set[str]:
    """Every object in the cluster as `Kind namespace name`."""
    kinds = lab.kubectl("api-resources", "--verbs=list,delete", "--output=name").split()
    wanted = ",".join(sorted(set(kinds) - PASSING))
    columns = "K:.kind,NS:.metadata.namespace,N:.metadata.name"
    listing = lab.kubectl(
        "get", wanted, "--all-namespaces", "--no-headers", f"--output=custom-columns={columns}"
    )
    return {" ".join(line.split()) for line in listing.splitlines()}


def eventually(condition: Callable[[], bool], seconds: float = 15) -> bool:
    """Waits for what controllers do after a command has ended."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.2)
    return True


def nothing_changes(stack: Stack) -> None:
    """Neither the program nor the cluster differs from the state."""
    result = stack.up("--refresh")
    assert result.changed == {}, result.text
