"""The catalogue of the release that we run equals what that release says of itself."""

import json
import subprocess
from importlib import resources
from pathlib import Path

import pytest
from hoheit_facts import ENGINE
from support.environments import vllm

FACTS = Path(__file__).parents[3] / "facts"
CATALOGUE = Path(str(resources.files("hoheit_facts"))) / "data" / "engines"


@pytest.fixture(scope="module")
def said() -> str:
    done = subprocess.run(
        [vllm() / "bin" / "python", "-m", "generate.engine", "run"],
        # A GPU, a plugin or a setting of this machine must not become part of what it says.
        env={"PATH": "/usr/bin:/bin", "VLLM_SERVER_DEV_MODE": "1", "VLLM_PORT": "1234"},
        cwd=FACTS,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize("part", ["version", "missing", "flags", "metrics", "routes"])
def test_the_catalogue_says_what_the_installed_engine_says(said: str, part: str) -> None:
    written = json.loads((CATALOGUE / f"{ENGINE.version}.json").read_text("utf-8"))
    assert json.loads(said)[part] == written[part]


def test_the_catalogue_is_the_generator_s_own_text(said: str) -> None:
    assert (CATALOGUE / f"{ENGINE.version}.json").read_text("utf-8") == said
