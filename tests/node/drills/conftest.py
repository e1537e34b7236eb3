"""Tests of these folders hurt one stack `local-real`, and find it well again each time."""

from collections.abc import Iterator

import pytest
from hoheit_lab import lab as hoheit_lab
from hoheit_lab.node.requirements import Room
from hoheit_lab.node.requirements import missing as lacking
from node.conftest import RealLab
from node.drills.platform import Platform
from node.drills.report import Report
from support.environments import missing
from support.programs import objects

ROOM = Room(memory_mib=8192, disk_mib=16384)
"""On top of the node, which is there."""
ORDER = {"test_declared": -1, "test_stack_destroyed": 1}
"""A stack that nobody has hurt yet comes first, the end of it last."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: ORDER.get(item.path.stem, 0))


@pytest.fixture(scope="session")
def deployed(real_lab: RealLab, tmp_path_factory: pytest.TempPathFactory) -> Platform:
    """The stack, deployed as its file says, but with room for a second server pod."""
    if reason := lacking(real_lab.state, ROOM):
        missing(reason)
    found = frozenset(objects(real_lab))
    made = Platform(real_lab, tmp_path_factory.mktemp("drills"), found)
    made.build_images()
    made.up()
    made.give_clients_their_keys()
    return made


@pytest.fixture
def platform(deployed: Platform) -> Iterator[Platform]:
    """The stack, with every pod ready; its node runs when the test is over, however it ended."""
    deployed.wait_until_well()
    yield deployed
    hoheit_lab.up(deployed.lab.state)


@pytest.fixture(scope="session")
def report(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Report]:
    """What the drills measure; the run prints where it lies."""
    made = Report(tmp_path_factory.mktemp("reliability") / "report.json")
    yield made
    capture = request.config.pluginmanager.getplugin("capturemanager")
    with capture.global_and_fixture_disabled():
        print(f"\ndrills: figures in {made.file}")  # noqa: T201 - the one thing to say
