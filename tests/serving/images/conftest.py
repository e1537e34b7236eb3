"""Images that are really built, by BuildKit on a base from Debian's packages, and really run."""

from __future__ import annotations

import os
import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest
from hoheit_lab.errors import LabError
from hoheit_lab.paths import cache_dir
from hoheit_lab.toolchain import build
from serving.images import bake
from serving.images.base_image import PYTHON, layer, rootfs, write_layout
from serving.images.building import running_buildkit, running_registry
from serving.images.container import Container
from support.environments import missing, uv

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from serving.images.building import BuildKit, Crane

LOCKS = (
    "weights-fetcher/requirements.txt",
    "weights-fetcher/requirements-build.txt",
    "vllm/requirements-sbom.txt",
)
SOURCE, REVISION = "https://git.example.internal/platform/hoheit", "0" * 40


def debian(name: str) -> str:
    """Return a program that a package of Debian brings, for root only."""
    found = shutil.which(name, path=f"{os.environ['PATH']}:/usr/sbin")
    if found is None or os.getuid() != 0:
        missing("images are built as root, with: apt-get install runc mmdebstrap")
    return str(found)


def lab_programs(*names: str) -> list[Path]:
    try:
        built = build(names)
    except LabError as error:
        missing(f"the builder could not be built: {error}")
        raise
    return [built[name] for name in names]


@pytest.fixture(scope="session")
def crane(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Crane]:
    (program,) = lab_programs("crane")
    with running_registry(program, tmp_path_factory.mktemp("registry")) as running:
        yield running


@pytest.fixture(scope="session")
def wheels(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the locks name, fetched by hash, as for a builder without a way out."""
    folder = tmp_path_factory.mktemp("builder") / "wheels"
    for lock in LOCKS:
        subprocess.run(
            [
                *(uv(), "run", "--quiet", "--no-project", "--with", "pip", "python", "-m", "pip"),
                *("download", "--quiet", "--require-hashes", "--no-deps", "--dest", folder),
                *("--only-binary", ":all:", "--python-version", PYTHON, "--platform"),
                *("manylinux2014_x86_64", "--requirement", bake.ROOT / "model_images" / lock),
            ],
            env={**os.environ, "PIP_CACHE_DIR": str(cache_dir() / "pip")},
            check=True,
        )
    return folder


@pytest.fixture(scope="session")
def buildkit(wheels: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[BuildKit]:
    runc = debian("runc")
    buildkitd, buildctl = lab_programs("buildkitd", "buildctl")
    folder = tmp_path_factory.mktemp("buildkit") / "state"
    with running_buildkit(buildkitd, buildctl, runc, folder, wheels) as running:
        yield running


@pytest.fixture(scope="session")
def python_base(crane: Crane, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The variables of the bake file that name a base with a Python."""
    layout = tmp_path_factory.mktemp("python") / "layout"
    write_layout(layout, rootfs(debian("mmdebstrap")))
    digest = crane.push(layout, f"python:{PYTHON}")
    return {
        "SOURCE": SOURCE,
        "REVISION": REVISION,
        "PYTHON_IMAGE": f"{crane.registry}/python:{PYTHON}",
        "PYTHON_DIGEST": digest,
    }


@pytest.fixture(scope="session")
def vllm_base(
    crane: Crane, python_base: dict[str, str], tmp_path_factory: pytest.TempPathFactory
) -> dict[str, str]:
    """The same, and a double of vLLM's image: of vLLM it has the name and the version only."""
    layout = tmp_path_factory.mktemp("vllm") / "layout"
    metadata = (
        "Metadata-Version: 2.4\nName: vllm\nVersion: 0.32.0\nLicense-Expression: Apache-2.0\n"
    )
    place = "usr/local/lib/python3.11/dist-packages/vllm-0.32.0.dist-info/METADATA"
    write_layout(layout, rootfs(debian("mmdebstrap")), layer({place: metadata}))
    digest = crane.push(layout, "vllm-openai:v0.32.0")
    return {
        **python_base,
        "VLLM_IMAGE": f"{crane.registry}/vllm-openai:v0.32.0",
        "VLLM_DIGEST": digest,
    }


@pytest.fixture(scope="session")
def fetcher_image(crane: Crane, buildkit: BuildKit, python_base: dict[str, str]) -> str:
    """The weights fetcher, built and pushed; a reference by digest."""
    target = bake.target("weights-fetcher", REGISTRY=f"{crane.registry}/hoheit", **python_base)
    return f"{target.tag}@{buildkit.build(target, target.tag)}"


@pytest.fixture(scope="session")
def fetcher(
    crane: Crane, fetcher_image: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Container]:
    """The same, pulled by digest, to be run."""
    folder = tmp_path_factory.mktemp("fetcher")
    yield Container(
        runc=debian("runc"),
        rootfs=crane.unpack(fetcher_image, folder / "rootfs"),
        config=crane.config(fetcher_image)["config"],
        scratch=folder,
    )
    shutil.rmtree(folder)


@pytest.fixture(scope="session")
def versitygw() -> Path:
    (program,) = lab_programs("versitygw")
    return program
