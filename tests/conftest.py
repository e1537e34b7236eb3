"""Every test belongs to the tier whose directory it lies in."""

import signal
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

TIERS = ("unit", "mocks", "engine", "cluster", "serving")


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
