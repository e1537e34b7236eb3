"""The two programs whose times are compared make the same resources."""

import re
from pathlib import Path
from typing import Any

import pytest

from bench.components import Bench

SERVICES = 2


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Bench:
    directory: Path = tmp_path_factory.mktemp("bench")
    return Bench(directory)


def services(bench: Bench, side: str) -> dict[tuple[str, str], str]:
    """Inputs of every resource of the model services, by type and name."""
    made = bench.made(side, SERVICES)
    return {
        (resource["type"], resource["urn"].rpartition("::")[2]): stable(resource["inputs"])
        for resource in made
        if resource["custom"] and "::model" in resource["urn"]
    }


def stable(inputs: Any) -> str:
    """Inputs without what is drawn anew in every stack, and without a hash of all the others."""
    kept = {key: value for key, value in inputs.items() if key != "stringData"}
    text = repr(sorted(kept.items(), key=lambda item: item[0]))
    return re.sub(r"[0-9a-f]{64}", "", text)


def test_the_flat_program_declares_what_the_components_make(bench: Bench) -> None:
    components, flat = services(bench, "components"), services(bench, "flat")
    assert len(components) == SERVICES * bench.resources_per_service > 0
    assert flat == components
