"""The images that we build, by the names under which everybody looks for them."""

import importlib.util
import json
import re
from pathlib import Path
from typing import Any

import pytest
from hoheit_facts import ENGINE, IMAGES, switches_off
from support.monitor import STACKS, stack_environment

ROOT = Path(__file__).parents[2]
CONTAINERFILES = list(ROOT.glob("model_images/*/Containerfile"))
_spec: Any = importlib.util.spec_from_file_location("sbom", ROOT / "model_images" / "sbom.py")
sbom: Any = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(sbom)
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


def containerfile(image: str) -> str:
    return (ROOT / "model_images" / image / "Containerfile").read_text("utf-8")


@pytest.mark.parametrize(
    ("target", "argument"), [("vllm", "VLLM_IMAGE"), ("vllm-cpu", "VLLM_CPU_IMAGE")]
)
def test_vllm_is_built_on_the_image_of_the_catalogue(target: str, argument: str) -> None:
    assert VARIABLES[argument] == IMAGES[target].reference
    assert VARIABLES["VLLM_VERSION"] == ENGINE.version
    assert BAKE["target"][target]["args"]["VLLM_IMAGE"] == f"${{{argument}}}"


def test_no_digest_is_written_where_a_registry_should_have_given_it() -> None:
    files = [ROOT / "model_images" / "docker-bake.json", *CONTAINERFILES]
    assert [file.name for file in files if re.search("sha256:[0-9a-f]", file.read_text())] == []


@pytest.mark.parametrize("image", sorted(one.parent.name for one in CONTAINERFILES))
def test_an_image_ends_as_a_plain_user_by_number_on_a_base_with_a_digest(image: str) -> None:
    text = containerfile(image)
    last = re.findall(r"^USER (\S+)$", text, re.MULTILINE)[-1]
    user, _, group = last.partition(":")
    assert user == group
    assert int(user) > 0
    bases = set(re.findall(r"^FROM (\S+)", text, re.MULTILINE)) - {"scratch"}
    assert bases
    for base in bases:
        name = base.strip("${}")
        assert re.search(rf'^ARG {name}="\$\{{\w+\}}@\$\{{\w+:\?', text, re.MULTILINE), base


@pytest.mark.parametrize(("image", "title"), [("mlflow", "mlflow"), ("vllm", "vllm")])
def test_an_image_is_silent_before_anybody_sets_a_variable(image: str, title: str) -> None:
    text = containerfile(image)
    for name, value in switches_off(IMAGES[title].software).items():
        assert f"{name}={value}" in text


@pytest.mark.parametrize("image", sbom.locked_images(), ids=lambda folder: folder.name)
def test_the_bill_of_materials_is_that_of_the_lock(image: Path) -> None:
    assert (image / sbom.NAME).read_text("utf-8") == sbom.sbom(image), "run model_images/sbom.py"


def test_a_bill_lists_what_a_linux_image_holds_and_not_what_the_lock_has_for_others() -> None:
    folder = ROOT / "model_images" / "weights-fetcher"
    named = {part["name"] for part in json.loads(sbom.sbom(folder))["components"]}
    assert {"boto3", "huggingface-hub", "hf-xet"} <= named
    assert "colorama==" in (folder / "requirements.txt").read_text("utf-8")
    assert "colorama" not in named
