"""A small project on a backend of its own."""

from pathlib import Path

import pytest
from support.engine import Stack, stand_in_environment, write_project

COMPONENTS = """
    import pulumi

    class Shelf(pulumi.ComponentResource):
        def __init__(self, name, opts=None):
            super().__init__("sample:index:Shelf", name, None, opts)
            self.label = pulumi.Output.from_input(name).apply(str.upper)
            self.register_outputs({"label": self.label})

    upper = Shelf("upper")
    Shelf("lower", pulumi.ResourceOptions(parent=upper))
    pulumi.export("label", upper.label)
"""


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    return stand_in_environment(tmp_path / "engine")


@pytest.fixture
def stack(tmp_path: Path, environment: dict[str, str]) -> Stack:
    return Stack(write_project(tmp_path / "project", COMPONENTS), environment)
