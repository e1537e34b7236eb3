"""Every test belongs to the tier whose directory it lies in."""

from pathlib import Path

import pytest

TIERS = ("unit", "mocks", "engine", "cluster", "serving")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    root = Path(__file__).parent
    for item in items:
        tier = item.path.relative_to(root).parts[0]
        item.add_marker(getattr(pytest.mark, tier))
