"""Every test belongs to the tier whose directory it lies in."""

import signal
from pathlib import Path, PurePath

import pytest
from hypothesis import HealthCheck, settings
from xdist.scheduler import LoadScopeScheduling

TIERS = ("unit", "mocks", "engine", "cluster", "serving", "node")


# A shared machine draws slowly at times; that is no fault of a strategy.
settings.register_profile("shared", suppress_health_check=[HealthCheck.too_slow], deadline=None)
settings.load_profile("shared")


def pytest_configure() -> None:
    # A shell that runs us in the background lets us ignore Ctrl-C, and our children with us; tests
    # that interrupt a program need it to listen.
    signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    root = Path(__file__).parent
    for item in items:
        tier = item.path.relative_to(root).parts[0]
        item.add_marker(getattr(pytest.mark, tier))


class SharedStarts(LoadScopeScheduling):
    """Sends tests to one process that share what is slow to start."""

    def _split_scope(self, nodeid: str) -> str:
        place = PurePath(nodeid.partition("::")[0])
        tier, below = place.parts[1], place.parts[2]
        if tier in ("engine", "cluster"):
            return "lab"
        if tier == "serving":
            return f"{tier}/{below}"
        return tier if tier == "node" else str(place)


def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> SharedStarts:
    return SharedStarts(config, log)
