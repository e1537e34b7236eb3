"""What a build refuses, and what vLLM's image becomes."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING

import pytest
from hoheit_facts import ENGINE, IMAGES, switches_off

from model_images.offline import bake, contexts
from model_images.offline.__main__ import NAME
from model_images.offline.buildkit import BuildError, Means

if TYPE_CHECKING:
    from pathlib import Path

    from serving.images.conftest import Build
    from serving.images.registry import Crane

    from model_images.offline.workshop import Image

LABEL = "org.opencontainers.image"
ORIGIN = {"SOURCE": "https://git.example.internal/platform/hoheit", "REVISION": "0" * 40}


def variables(**bases: Image) -> dict[str, str]:
    """The variables of the bake file for these bases, by prefix."""
    found = {"REGISTRY": NAME, **ORIGIN}
    for prefix, base in bases.items():
        found |= {f"{prefix}_IMAGE": base.reference, f"{prefix}_DIGEST": base.digest}
    return found


def means(*bases: Image, wheels: Path | None = None) -> Means:
    return Means(
        epoch=bases[0].epoch,
        bases={f"{base.reference}@{base.digest}": base.layout for base in bases},
        contexts={"wheels": wheels} if wheels else {},
    )


@pytest.mark.parametrize("name", ["weights-fetcher", "mlflow", "vllm", "vllm-cpu", "prometheus"])
def test_a_base_without_digest_is_refused_with_the_way_to_one(name: str, build: Build) -> None:
    with pytest.raises(BuildError, match=r"give the digest of docker\.io/.*hoheit images digest"):
        build(bake.target(name, REGISTRY=NAME), Means(epoch=0))


@pytest.mark.parametrize("name", ["gateway", "postgres"])
def test_a_base_that_nobody_publishes_is_asked_for_with_what_makes_it(
    name: str, build: Build
) -> None:
    with pytest.raises(BuildError, match=r"give a base with .*model_images\.offline makes one"):
        build(bake.target(name, REGISTRY=NAME), Means(epoch=0))


@pytest.mark.parametrize("lacking", ["SOURCE", "REVISION"])
def test_an_image_that_nobody_could_trace_is_not_built(
    lacking: str, build: Build, python_base: Image
) -> None:
    target = bake.target("weights-fetcher", **variables(PYTHON=python_base) | {lacking: ""})
    with pytest.raises(BuildError, match=f"{lacking}: give the"):
        build(target, means(python_base))


def test_without_an_index_and_without_wheels_a_build_names_the_package_that_it_lacks(
    build: Build, python_base: Image
) -> None:
    target = bake.target("weights-fetcher", **variables(PYTHON=python_base))
    with pytest.raises(BuildError, match="No matching distribution found for anyio"):
        build(target, means(python_base))


def test_vllms_image_gets_labels_a_plain_user_silence_and_a_bill_of_what_was_in_it(
    build: Build, crane: Crane, python_base: Image, vllm_double: Image, tmp_path: Path
) -> None:
    contexts.wheels(["vllm/requirements-sbom.txt"], tmp_path / "wheels")
    target = bake.target("vllm", **variables(PYTHON=python_base, VLLM=vllm_double))
    layout = build(target, means(python_base, vllm_double, wheels=tmp_path / "wheels"))
    reference = f"{crane.address}/hoheit/vllm@{crane.pushed(layout, 'hoheit/vllm:double')}"
    config = crane.config(reference)["config"]

    assert config["User"] == f"{ENGINE.user}:{ENGINE.user}"
    assert config["Entrypoint"] == ["vllm", "serve"]
    silent = [f"{name}={value}" for name, value in switches_off(IMAGES["vllm"].software).items()]
    assert set(silent) <= set(config["Env"])
    assert config["Labels"][f"{LABEL}.base.name"] == vllm_double.reference
    assert config["Labels"][f"{LABEL}.base.digest"] == vllm_double.digest
    assert config["Labels"][f"{LABEL}.version"] == "0.32.0-0.1.0"
    rootfs = crane.unpack(reference, tmp_path / "rootfs")
    files = {path.name for path in rootfs.rglob("*.cdx.json")}
    assert files == {"vllm.cdx.json"}
    bill = json.loads((rootfs / "usr/share/sbom/vllm.cdx.json").read_text())
    assert [f"{one['name']}=={one['version']}" for one in bill["components"]] == ["vllm==0.32.0"]
    assert bill["components"][0]["licenses"] == [{"expression": "Apache-2.0"}]
    assert not (rootfs / "opt/sbom/cyclonedx").exists()
    shutil.rmtree(rootfs)


def test_a_base_without_vllm_is_refused(build: Build, python_base: Image, tmp_path: Path) -> None:
    contexts.wheels(["vllm/requirements-sbom.txt"], tmp_path / "wheels")
    target = bake.target("vllm", **variables(PYTHON=python_base, VLLM=python_base))
    with pytest.raises(BuildError, match=r"the base image holds vLLM \(none\), not 0\.32\.0"):
        build(target, means(python_base, wheels=tmp_path / "wheels"))
