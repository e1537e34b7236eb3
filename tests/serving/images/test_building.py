"""What a build refuses, and what vLLM's image becomes."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING

import pytest
from hoheit_facts import ENGINE, IMAGES, switches_off
from serving.images import bake
from serving.images.building import BuildError

if TYPE_CHECKING:
    from pathlib import Path

    from serving.images.building import BuildKit, Crane

LABEL = "org.opencontainers.image"


@pytest.mark.parametrize("name", ["weights-fetcher", "mlflow", "vllm", "vllm-cpu"])
def test_a_base_without_digest_is_refused_with_the_way_to_one(
    name: str, buildkit: BuildKit, crane: Crane
) -> None:
    target = bake.target(name, REGISTRY=crane.registry)
    with pytest.raises(BuildError, match=r"give the digest of docker\.io/.*hoheit images digest"):
        buildkit.build(target, target.tag)


@pytest.mark.parametrize("lacking", ["SOURCE", "REVISION"])
def test_an_image_that_nobody_could_trace_is_not_built(
    lacking: str, buildkit: BuildKit, crane: Crane, python_base: dict[str, str]
) -> None:
    variables = python_base | {lacking: "", "REGISTRY": crane.registry}
    target = bake.target("weights-fetcher", **variables)
    with pytest.raises(BuildError, match=f"{lacking}: give the"):
        buildkit.build(target, target.tag)


def test_without_an_index_and_without_wheels_a_build_names_the_package_that_it_lacks(
    buildkit: BuildKit, crane: Crane, python_base: dict[str, str]
) -> None:
    target = bake.target("weights-fetcher", REGISTRY=crane.registry, **python_base)
    with pytest.raises(BuildError, match="No matching distribution found for anyio"):
        buildkit.build(target, target.tag, wheels=False)


def test_vllms_image_gets_labels_a_plain_user_silence_and_a_bill_of_what_was_in_it(
    buildkit: BuildKit, crane: Crane, vllm_base: dict[str, str], tmp_path: Path
) -> None:
    target = bake.target("vllm", REGISTRY=f"{crane.registry}/hoheit", **vllm_base)
    reference = f"{target.tag}@{buildkit.build(target, target.tag)}"
    config = crane.config(reference)["config"]

    assert config["User"] == f"{ENGINE.user}:{ENGINE.user}"
    assert config["Entrypoint"] == ["vllm", "serve"]
    silent = [f"{name}={value}" for name, value in switches_off(IMAGES["vllm"].software).items()]
    assert set(silent) <= set(config["Env"])
    assert config["Labels"][f"{LABEL}.base.name"] == vllm_base["VLLM_IMAGE"]
    assert config["Labels"][f"{LABEL}.base.digest"] == vllm_base["VLLM_DIGEST"]
    assert config["Labels"][f"{LABEL}.version"] == "0.32.0-0.1.0"
    rootfs = crane.unpack(reference, tmp_path / "rootfs")
    files = {path.name for path in rootfs.rglob("*.cdx.json")}
    assert files == {"vllm.cdx.json"}
    bill = json.loads((rootfs / "usr/share/sbom/vllm.cdx.json").read_text())
    assert [f"{one['name']}=={one['version']}" for one in bill["components"]] == ["vllm==0.32.0"]
    assert bill["components"][0]["licenses"] == [{"expression": "Apache-2.0"}]
    assert not (rootfs / "opt/sbom/cyclonedx").exists()
    shutil.rmtree(rootfs)


def test_a_base_without_vllm_is_refused(
    buildkit: BuildKit, crane: Crane, python_base: dict[str, str]
) -> None:
    other = {
        "VLLM_IMAGE": python_base["PYTHON_IMAGE"],
        "VLLM_DIGEST": python_base["PYTHON_DIGEST"],
    }
    target = bake.target("vllm", REGISTRY=crane.registry, **python_base, **other)
    with pytest.raises(BuildError, match=r"the base image holds vLLM \(none\), not 0\.32\.0"):
        buildkit.build(target, target.tag)
