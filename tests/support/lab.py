"""The lab that tests share: one control plane per test run, in a temporary directory."""

import json
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest
from hoheit_lab import lab as hoheit_lab
from hoheit_lab.environment import full_environment
from hoheit_lab.paths import StateDir


@dataclass(frozen=True)
class Lab:
    """A running lab."""

    state: StateDir
    env: dict[str, str] = field(repr=False)
    """The whole environment for subprocesses: pulumi and kubectl mean this lab in it."""

    def run(
        self, *command: str, stdin: str | None = None, check: bool = True, **options: Any
    ) -> subprocess.CompletedProcess[str]:
        """Runs a command in the lab's environment; a failure shows what it printed."""
        done = subprocess.run(
            command,
            env=options.pop("env", self.env),
            input=stdin,
            capture_output=True,
            text=True,
            check=False,
            **options,
        )
        if check and done.returncode != 0:
            raise AssertionError(
                f"{command} ended with {done.returncode}:\n{done.stdout}{done.stderr}"
            )
        return done

    def kubectl(self, *arguments: str, stdin: str | None = None) -> Any:
        """Runs kubectl; answers with parsed JSON if `-o json` is asked for, else with text."""
        output = self.run("kubectl", *arguments, stdin=stdin).stdout
        return json.loads(output) if "json" in arguments else output

    def apply(self, *manifests: Mapping[str, Any]) -> None:
        """Applies manifests."""
        items = {"apiVersion": "v1", "kind": "List", "items": list(manifests)}
        self.kubectl("apply", "-f", "-", stdin=json.dumps(items))


_SHARED = pytest.StashKey[Lab]()


@pytest.fixture(scope="session")
def lab(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Lab:
    """A lab for the whole test run, taken down at its end.

    Kept by the test run and not by the fixture, so that conftest files of several tiers can
    import the fixture and still share one lab.
    """
    config = request.config
    if _SHARED not in config.stash:
        state = StateDir.at(tmp_path_factory.mktemp("lab") / "state")
        config.add_cleanup(lambda: _take_down(state))
        hoheit_lab.up(state)
        config.stash[_SHARED] = Lab(state, full_environment(state))
    return config.stash[_SHARED]


def _take_down(state: StateDir) -> None:
    hoheit_lab.down(state)
