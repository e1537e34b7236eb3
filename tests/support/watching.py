"""What happens in a cluster while a command runs, in the order in which it happens."""

import json
import subprocess
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple

from support.lab import Lab


class Event(NamedTuple):
    """One change of one object."""

    revision: int
    """Counts changes of all kinds together, so it orders them."""
    type: str
    kind: str
    name: str


class Watch:
    """Records the changes of some kinds of objects inside of a `with`.

    Args:
        lab: The cluster.
        directory: Where to keep what the API server says.
        kinds: Plurals of the core group, such as `pods`.
    """

    def __init__(self, lab: Lab, directory: Path, *kinds: str) -> None:
        self._lab = lab
        self._files = {kind: directory / f"{kind}.watch" for kind in kinds}
        self._processes: list[subprocess.Popen[bytes]] = []

    def __enter__(self) -> "Watch":
        for kind, file in self._files.items():
            listed: dict[str, Any] = self._lab.kubectl("get", kind, "-A", "-o", "json")
            revision = listed["metadata"]["resourceVersion"] or "0"
            path = f"/api/v1/{kind}?watch=true&resourceVersion={revision}"
            with file.open("wb") as output:
                command = ["kubectl", "get", "--raw", path]
                self._processes.append(subprocess.Popen(command, env=self._lab.env, stdout=output))
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for process in self._processes:
            process.terminate()
            process.wait()

    def events(self) -> list[Event]:
        """Everything that was recorded, oldest first."""
        lines = [line for file in self._files.values() for line in file.read_text().splitlines()]
        return sorted(_event(json.loads(line)) for line in lines if line.endswith("}"))


def _event(seen: dict[str, Any]) -> Event:
    found = seen["object"]
    revision = int(found["metadata"]["resourceVersion"])
    return Event(revision, seen["type"], found["kind"], found["metadata"]["name"])
