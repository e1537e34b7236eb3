"""The bake file, the recipes and the catalogue name the same things."""

import json
from pathlib import Path
from typing import Any

import pytest
from hoheit.images import IMAGE_FIELDS
from hoheit_facts import IMAGES
from hoheit_lab.toolchain import PROGRAMS

from model_images.offline import bake
from model_images.offline.__main__ import main
from model_images.offline.bases import BASES
from model_images.offline.recipes import RECIPES

BAKE: dict[str, Any] = json.loads((bake.ROOT / "model_images/docker-bake.json").read_text("utf-8"))
BASES_ONLY = {"vllm-cpu-wheels", "small-model"}
"""What no component runs: a base, and a carrier of weights."""


@pytest.mark.parametrize("name", RECIPES)
def test_a_recipe_gives_every_base_that_its_target_asks_for(name: str) -> None:
    asked = {arg.removesuffix("_DIGEST") for arg in _arguments(name) if arg.endswith("_DIGEST")}
    variables = {
        value.strip("${}").removesuffix("_DIGEST")
        for arg, value in BAKE["target"][name]["args"].items()
        if arg.endswith("_DIGEST")
    }
    assert set(RECIPES[name].bases) == variables
    assert asked
    for base in RECIPES[name].bases.values():
        assert base in BASES or base in RECIPES


def _arguments(name: str) -> list[str]:
    return list(BAKE["target"][name]["args"])


@pytest.mark.parametrize("name", RECIPES)
def test_what_a_recipe_brings_is_what_the_containerfile_takes(name: str) -> None:
    recipe, target = RECIPES[name], bake.target(name)
    text = (target.context / target.file).read_text("utf-8")
    assert bool(recipe.locks) == ("from=wheels" in text)
    assert bool(recipe.programs) == ("--from=programs" in text)
    for program in recipe.programs:
        assert program in PROGRAMS
    for lock in recipe.locks:
        assert (bake.ROOT / "model_images" / lock).is_file()


@pytest.mark.parametrize("name", sorted(set(RECIPES) - BASES_ONLY))
def test_an_image_is_locked_under_the_field_that_names_it(name: str) -> None:
    assert name.replace("-", "_") in IMAGE_FIELDS


def test_tags_say_the_version_of_what_is_in_the_image() -> None:
    haproxy = _listed("haproxy", "haproxy").partition("-")[0]
    assert bake.target("gateway").tag.endswith(f"/gateway:{haproxy}-0.1.0")
    postgres = _listed("postgresql", "postgresql-15").partition("-")[0]
    assert bake.target("postgres").tag.endswith(f"/postgres:{postgres}-0.1.0")
    for name in ("prometheus", "alertmanager", "versitygw"):
        catalogue = str(IMAGES[name].reference).rpartition(":v")[2]
        assert bake.target(name).tag.endswith(f"/{name}:{catalogue}-0.1.0")
        stamped = dict(PROGRAMS[name].group.stamps).values()
        assert catalogue in {version.removeprefix("v") for version in stamped}


def _listed(base: str, package: str) -> str:
    versions = dict(line.split("=", 1) for line in BASES[base].packages)
    return versions[package]


def test_the_wheels_of_vllm_are_those_that_tests_run() -> None:
    tested = (bake.ROOT / "tests/environments/vllm/uv.lock").read_text("utf-8")
    lock = (bake.ROOT / "model_images/vllm-cpu/requirements-cpu.txt").read_text("utf-8")
    pinned = [line.split(" ")[0].split("==") for line in lock.splitlines() if "==" in line]
    assert len(pinned) > 100
    for name, version in pinned:
        assert f'name = "{name}"\nversion = "{version}"\n' in tested, name


def test_a_target_that_is_none_is_refused_with_those_that_are(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with pytest.raises(SystemExit) as refused:
        main(["grafana"])
    assert refused.value.code == 2
    assert "no such target: grafana; there are: gateway, postgres" in capsys.readouterr().err


def test_a_lock_without_a_registry_is_refused(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    with pytest.raises(SystemExit):
        main([f"--lock={tmp_path / 'x.json'}"])
    assert "give --registry as well" in capsys.readouterr().err
