"""Every test belongs to the tier whose directory it lies in."""

import signal
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

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
        place = item.path.relative_to(root)
        item.add_marker(getattr(pytest.mark, place.parts[0]))
        item.add_marker(pytest.mark.xdist_group(_together(place)))


def _together(place: Path) -> str:
    """Name the tests that go to one process, because they share what is slow to start."""
    tier = place.parts[0]
    if tier in ("engine", "cluster"):
        return "lab"
    if tier == "serving":
        return "/".join(place.parts[:2])
    return tier if tier == "node" else str(place)
