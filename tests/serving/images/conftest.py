"""Images that are really built, by BuildKit on a base from Debian's packages, and really run."""

from __future__ import annotations

import os
import shutil
from contextlib import ExitStack
from functools import cache
from typing import TYPE_CHECKING

import pytest
from hoheit_lab import toolchain
from hoheit_lab.errors import LabError
from hoheit_lab.locks import exclusive
from hoheit_lab.paths import cache_dir
from serving.images.container import Container
from serving.images.layers import text_layer
from serving.images.registry import Crane, running_registry
from support.environments import missing

from model_images.offline import layout
from model_images.offline.__main__ import NAME
from model_images.offline.buildkit import BuildKit, Means, running_buildkit
from model_images.offline.store import Store
from model_images.offline.workshop import Image, Workshop

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from model_images.offline.bake import Target

    Build = Callable[[Target, Means], Path]


def debian(name: str) -> str:
    """Return a program that a package of Debian brings, for root only."""
    found = shutil.which(name, path=f"{os.environ['PATH']}:/usr/sbin")
    if found is None or os.getuid() != 0:
        missing("images are built as root, with: apt-get install runc mmdebstrap")
    return str(found)


def lab_programs(*names: str) -> list[Path]:
    try:
        built = toolchain.build(names)
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
def builder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[], BuildKit]]:
    """A builder with an empty cache, which starts once something is to be built."""
    debian("runc")
    lab_programs("buildkitd", "buildctl")
    with ExitStack() as stack:
        yield cache(
            lambda: stack.enter_context(
                running_buildkit(tmp_path_factory.mktemp("buildkit") / "state")
            )
        )


@pytest.fixture(scope="session")
def image(builder: Callable[[], BuildKit]) -> Callable[[str], Image]:
    """Images by target, from the cache that `python -m model_images.offline` fills."""
    debian("mmdebstrap")
    folder = cache_dir() / "images"
    workshop = Workshop(Store(folder / "store"), NAME, builder)

    def made(name: str) -> Image:
        with exclusive(folder / "lock", f"building the image '{name}' for tests"):
            return workshop.image(name)

    return made


@pytest.fixture(scope="session")
def pushed(image: Callable[[str], Image], crane: Crane) -> Callable[[str], str]:
    """References by digest of images that the registry has, by target."""

    @cache
    def reference(name: str) -> str:
        made = image(name)
        place = made.reference.partition("/")[2]
        assert crane.pushed(made.layout, place) == made.digest
        return f"{crane.address}/{place.partition(':')[0]}@{made.digest}"

    return reference


@pytest.fixture(scope="session")
def container(
    crane: Crane, pushed: Callable[[str], str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[[str], Container]]:
    """Images by target, pulled by digest, to be run."""
    folder = tmp_path_factory.mktemp("containers")

    @cache
    def pulled(name: str) -> Container:
        (folder / name).mkdir()
        return Container(
            runc=debian("runc"),
            rootfs=crane.unpack(pushed(name), folder / name / "rootfs"),
            config=crane.config(pushed(name))["config"],
            scratch=folder / name,
        )

    yield pulled
    shutil.rmtree(folder)


@pytest.fixture
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """For volumes, where an unprivileged user can look into them."""
    made = tmp_path_factory.mktemp("volumes")
    for one in (made, *made.parents[:2]):
        one.chmod(0o755)
    return made


@pytest.fixture
def build(builder: Callable[[], BuildKit], tmp_path: Path) -> Build:
    """Build one target of the bake file with chosen variables; return the layout."""

    def built(target: Target, means: Means) -> Path:
        builder().build(target, means, tmp_path / "layout")
        return tmp_path / "layout"

    return built


@pytest.fixture(scope="session")
def python_base(image: Callable[[str], Image]) -> Image:
    return image("python")


@pytest.fixture(scope="session")
def vllm_double(python_base: Image, tmp_path_factory: pytest.TempPathFactory) -> Image:
    """A double of vLLM's image: of vLLM it has the name and the version only."""
    metadata = (
        "Metadata-Version: 2.4\nName: vllm\nVersion: 0.32.0\nLicense-Expression: Apache-2.0\n"
    )
    place = "usr/local/lib/python3.11/dist-packages/vllm-0.32.0.dist-info/METADATA"
    folder = tmp_path_factory.mktemp("vllm") / "layout"
    blobs = (python_base.layout / "blobs" / "sha256").iterdir()
    debian_packages = max(blobs, key=lambda file: file.stat().st_size)
    layout.write(folder, [debian_packages, text_layer({place: metadata})])
    return Image("vllm", f"{NAME}/vllm-openai:v0.32.0", folder, python_base.epoch)


@pytest.fixture(scope="session")
def versitygw() -> Path:
    (program,) = lab_programs("versitygw")
    return program
