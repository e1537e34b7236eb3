"""The images that we build, by the names under which everybody looks for them."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from support.monitor import STACKS, stack_environment

ROOT = Path(__file__).parents[2]
BAKE: dict[str, Any] = json.loads((ROOT / "model_images" / "docker-bake.json").read_text("utf-8"))
VARIABLES = {name: value["default"] for name, value in BAKE["variable"].items()}


def built() -> set[str]:
    """Repository and tag of every image, without the registry."""
    tags = [tag for target in BAKE["target"].values() for tag in target["tags"]]
    for name, value in VARIABLES.items():
        tags = [tag.replace(f"${{{name}}}", value) for tag in tags]
    return {tag.rpartition("/")[2] for tag in tags}


@pytest.mark.parametrize("stack", sorted(file.name.split(".")[1] for file in STACKS.glob("*.yaml")))
def test_a_stack_runs_the_images_that_are_built(stack: str) -> None:
    images = stack_environment(stack)["images"]
    for field in ("weights_fetcher", "mlflow"):
        if field in images:
            assert images[field].rpartition("/")[2] in built()


@pytest.mark.parametrize("page", ["environments/kind.md", "components/mlflow-server.md"])
def test_a_page_names_the_images_that_are_built(page: str) -> None:
    text = (ROOT / "docs" / page).read_text("utf-8")
    named = re.findall(r"/((?:weights-fetcher|mlflow):[0-9][\w.-]*)", text)
    assert named
    assert set(named) <= built()
