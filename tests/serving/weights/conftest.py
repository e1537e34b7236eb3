"""The weights fetcher as a process, between a double of the hub and a real S3 server."""

from __future__ import annotations

import os
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hoheit_lab.errors import LabError
from hoheit_lab.toolchain import build
from serving.weights.hub_double import REPOSITORY, HubDouble
from serving.weights.models import tiny_model
from serving.weights.programs import Fetcher, Store, install, running_store

if TYPE_CHECKING:
    from collections.abc import Iterator


def missing(complaint: str) -> None:
    if os.environ.get("CI"):
        pytest.fail(complaint)
    pytest.skip(complaint)


@pytest.fixture(scope="session")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    uv = shutil.which("uv")
    if uv is None:
        missing("uv is missing: python -m pip install uv")
    return install(str(uv), sys.executable, tmp_path_factory.mktemp("weights-fetcher") / "venv")


@pytest.fixture(scope="session")
def versitygw() -> Path:
    try:
        return build(["versitygw"])["versitygw"]
    except LabError as error:
        missing(f"the S3 server could not be built: {error}")
        raise


@pytest.fixture(scope="session")
def model() -> dict[str, bytes]:
    return tiny_model()


@dataclass(frozen=True)
class Mirrored:
    """What one mirror run left in a store, for tests to copy."""

    root: Path
    digest: str


@pytest.fixture(scope="session")
def mirrored(
    installed: Path,
    versitygw: Path,
    model: dict[str, bytes],
    tmp_path_factory: pytest.TempPathFactory,
) -> Mirrored:
    root = tmp_path_factory.mktemp("mirrored")
    hub = HubDouble(files=dict(model))
    hub.start()
    with running_store(versitygw, root / "store") as store:
        run = Fetcher(installed, store, hub.endpoint, root).mirror(repository=REPOSITORY)
    hub.stop()
    assert run.status == 0, run
    return Mirrored(root / "store", run.manifest_digest)


@pytest.fixture
def hub(model: dict[str, bytes]) -> Iterator[HubDouble]:
    double = HubDouble(files=dict(model))
    double.start()
    yield double
    double.stop()


@pytest.fixture
def store(versitygw: Path, tmp_path: Path) -> Iterator[Store]:
    with running_store(versitygw, tmp_path / "store") as running:
        yield running
    shutil.rmtree(tmp_path / "store")  # many times the weights would fill a disk


@pytest.fixture
def fetcher(installed: Path, store: Store, hub: HubDouble, tmp_path: Path) -> Iterator[Fetcher]:
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    yield Fetcher(installed, store, hub.endpoint, scratch)
    assert not list(scratch.iterdir())


@pytest.fixture
def destination(tmp_path: Path) -> Iterator[Path]:
    yield tmp_path / "models" / "tiny"
    shutil.rmtree(tmp_path / "models", ignore_errors=True)


@pytest.fixture
def digest(mirrored: Mirrored, fetcher: Fetcher) -> str:
    """The digest of a model that is in the store, while the hub is out of reach."""
    shutil.copytree(mirrored.root, fetcher.store.root.parent, dirs_exist_ok=True)
    fetcher.hub = "http://127.0.0.1:9"
    return mirrored.digest
