"""What components cost above the same resources declared flat: `python -m bench.components`.

Both programs run in turn, on the same machine, in the same minutes; what counts is their ratio.
Nothing of a cluster is measured, see `bench/echo_provider.py`.
"""

import argparse
import json
import re
import statistics
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from .echo_provider import AUTOMATIC
from .engine import Cost, Engine

_PROGRAMS = Path(__file__).parent / "programs"
_SIDES = ("components", "flat")
_FIRST = "model0"
_FIXED = ("apiVersion", "kind")
_LIMIT = 1.1
"""What a component may cost, as a ratio of the flat program."""
_UPS = {1: 5, 10: 5, 100: 3}
"""Services in a stack, and how often `up` is measured on each side."""
_PREVIEWED = 500
_PREVIEWS = 2
_BACKEND = (50, 100, 200)
"""Services at which the file backend's own growth is measured."""
_UP = ("up", "--yes", "--skip-preview")
_SKIP = {"PULUMI_SKIP_CHECKPOINTS": "true"}
_SECRET = "plaintext"  # noqa: S105 - the key under which an export has it


@dataclass(frozen=True)
class Measured:
    """Both programs at one size."""

    components: list[Cost]
    flat: list[Cost]

    @property
    def ratio(self) -> float:
        """Return the median of the components over the median of the flat program."""
        return _seconds(self.components) / _seconds(self.flat)

    @property
    def memory_mib(self) -> int:
        """Return the largest process of the components' runs."""
        return max(cost.memory_mib for cost in self.components)


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print; exit 1 where a ratio is above the limit."""
    options = _parser().parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="hoheit-bench-") as directory:
        bench = Bench(Path(directory))
        ratios = list(_report(bench, quick=options.quick))
    above = [ratio for ratio in ratios if ratio > _LIMIT]
    _say("")
    _say(f"limit {_LIMIT}x: {'kept' if not above else f'{len(above)} above it'}")
    return 1 if above else 0


class Bench:
    """Two projects, and the stacks that are measured in them."""

    def __init__(self, directory: Path) -> None:
        self._engine = Engine(directory / "engine")
        self._projects = {side: directory / side for side in _SIDES}
        for side, project in self._projects.items():
            project.mkdir()
            for file in ("Pulumi.yaml", "__main__.py"):
                (project / file).write_text((_PROGRAMS / side / file).read_text())
        self._stacks = 0
        self._recorded = directory / "recorded.json"
        self._recorded.write_text(json.dumps(self._record()))

    def made(self, side: str, services: int) -> list[dict[str, Any]]:
        """Bring a stack up and return its resources as the state has them."""
        return self._engine.state(self._projects[side], self._up(side, services))

    def up(self, services: int, times: int, **variables: str) -> Measured:
        """Measure `pulumi up` of empty stacks, both programs in turn."""
        return self._in_turn(services, times, _UP, variables)

    def preview(self, services: int, times: int) -> Measured:
        """Measure `pulumi preview` of empty stacks, both programs in turn."""
        return self._in_turn(services, times, ("preview",), {})

    @property
    def resources_per_service(self) -> int:
        """Return how many resources, components apart, one service has."""
        return len(json.loads(self._recorded.read_text()))

    def _in_turn(
        self, services: int, times: int, command: tuple[str, ...], variables: dict[str, str]
    ) -> Measured:
        costs: dict[str, list[Cost]] = {side: [] for side in _SIDES}
        for turn in range(times):
            # Who goes first changes, so that neither always finds warm caches.
            for side in _SIDES if turn % 2 else reversed(_SIDES):
                costs[side].append(self._measure(side, services, command, variables))
        return Measured(**costs)

    def _measure(
        self, side: str, services: int, command: tuple[str, ...], variables: dict[str, str]
    ) -> Cost:
        return self._run(side, self._stack(side), services, command, variables)

    def _up(self, side: str, services: int) -> str:
        stack = self._stack(side)
        self._run(side, stack, services, _UP, {})
        return stack

    def _stack(self, side: str) -> str:
        self._stacks += 1
        stack = f"s{self._stacks}"
        self._engine.run(self._projects[side], "stack", "init", stack)
        return stack

    def _run(
        self,
        side: str,
        stack: str,
        services: int,
        command: tuple[str, ...],
        variables: dict[str, str],
    ) -> Cost:
        given = {"BENCH_SERVICES": str(services), "BENCH_RECORDED": str(self._recorded)}
        project = self._projects[side]
        return self._engine.run(project, *command, "--stack", stack, **given, **variables)

    def _record(self) -> list[dict[str, Any]]:
        """Return the resources of one service, as the components made them."""
        made = self.made("components", 1)
        own = [one for one in made if one["custom"] and _name(one).startswith(_FIRST)]
        return [_recorded(one) for one in own]


def _report(bench: Bench, *, quick: bool) -> Iterator[float]:
    _say(f"one service is {bench.resources_per_service} resources and their component")
    growth: dict[int, float] = {}
    for services, times in _UPS.items():
        measured = bench.up(services, 2 if quick else times, **_SKIP)
        growth[services] = _seconds(measured.components)
        yield _line(f"up, {services} services", measured)
    if quick:
        return
    previewed = bench.preview(_PREVIEWED, _PREVIEWS)
    yield _line(f"preview, {_PREVIEWED} services", previewed)
    one, ten, hundred = (growth[size] for size in _UPS)
    _say(
        f"growth without checkpoints: a service more costs {(ten - one) / 9:.2f} s from 1 to 10 "
        f"and {(hundred - ten) / 90:.2f} s from 10 to 100; linear growth has the same twice"
    )
    for services in _BACKEND:
        with_them = _seconds(bench.up(services, 1).components)
        without = _seconds(bench.up(services, 1, **_SKIP).components)
        _say(f"file backend, {services} services: {with_them / without:.2f}x with its checkpoints")


def _line(what: str, measured: Measured) -> float:
    _say(
        f"{what}: {measured.ratio:.2f}x "
        f"({_seconds(measured.components):.1f} s against {_seconds(measured.flat):.1f} s flat, "
        f"median of {len(measured.flat)}); largest process {measured.memory_mib} MiB"
    )
    return round(measured.ratio, 2)


def _recorded(resource: dict[str, Any]) -> dict[str, Any]:
    inputs = {
        _snake(key): _clear(value)
        for key, value in resource["inputs"].items()
        if key not in _FIXED and not key.startswith("__")
    }
    metadata: dict[str, Any] = inputs.get("metadata") or {}
    name: str = metadata.get("name", "")
    if name.endswith(AUTOMATIC):
        inputs["metadata"] = {key: value for key, value in metadata.items() if key != "name"}
    return {
        "type": resource["type"],
        "name": _name(resource),
        "inputs": inputs,
        "automaticName": name if name.endswith(AUTOMATIC) else None,
        "result": _clear(resource["outputs"].get("result")),
        "dependencies": [urn.rpartition("::")[2] for urn in resource.get("dependencies", [])],
    }


def _clear(value: Any) -> Any:
    """Return a value of an export with its secrets in the open: they are random, for nobody."""
    if isinstance(value, dict):
        fields = cast("dict[str, Any]", value)
        if _SECRET in fields:
            return json.loads(fields[_SECRET])
        return {key: _clear(inner) for key, inner in fields.items() if not key.startswith("__")}
    if isinstance(value, list):
        return [_clear(inner) for inner in cast("list[Any]", value)]
    return value


def _name(resource: dict[str, Any]) -> str:
    return resource["urn"].rpartition("::")[2]


def _snake(key: str) -> str:
    return re.sub(r"(?<!^)(?=[A-Z])", "_", key).lower()


def _seconds(costs: list[Cost]) -> float:
    return statistics.median(cost.seconds for cost in costs)


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m bench.components", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="only `up`, twice on each side")
    return parser


if __name__ == "__main__":
    sys.exit(main())
