"""One MLflow server with PostgreSQL, S3 and gateway: real programs, rendered commands."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hoheit_lab.errors import LabError
from hoheit_lab.toolchain import build
from serving.mlflow import tools
from serving.mlflow.processes import Pod
from serving.mlflow.rendered import Rendered

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


def missing(complaint: str) -> None:
    if os.environ.get("CI"):
        pytest.fail(complaint)
    pytest.skip(complaint)


@pytest.fixture(scope="session")
def uv() -> str:
    found = shutil.which("uv") or shutil.which("uv", path=str(Path(sys.executable).parent))
    if found is None:
        missing("uv is missing: python -m pip install uv")
    return str(found)


@pytest.fixture(scope="session")
def installed(uv: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The programs of the image: its lock, and the program of this checkout."""
    locked = tools.environment(uv, sys.executable)
    return tools.launchers(locked, tmp_path_factory.mktemp("programs"))


@pytest.fixture(scope="session")
def versitygw() -> Path:
    try:
        return build(["versitygw"])["versitygw"]
    except LabError as error:
        missing(f"the S3 server could not be built: {error}")
        raise


@pytest.fixture(scope="session")
def haproxy() -> str:
    found = shutil.which("haproxy") or shutil.which("haproxy", path="/usr/sbin:/usr/local/sbin")
    if found is None:
        missing("HAProxy is missing: apt-get install -y haproxy")
    return str(found)


@pytest.fixture(scope="session")
def postgres(uv: str) -> Iterator[Path]:
    """PostgreSQL of the major version that the catalogue names."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        yield tools.postgres_of_the_catalogue(tools.servers(uv, sys.executable), folder)


@pytest.fixture(scope="session")
def older_postgres() -> Path:
    """PostgreSQL of this machine's distribution: another major version, and another build."""
    found = tools.postgres_of_debian()
    if found is None:
        missing("PostgreSQL is missing: apt-get install -y postgresql")
    return Path(str(found))


@pytest.fixture(scope="session")
def make(
    installed: Path, versitygw: Path, haproxy: str, postgres: Path
) -> Iterator[Callable[..., Pod]]:
    """Make pods in folders that an unprivileged user can look into."""
    folders: list[Path] = []

    def made(**changes: object) -> Pod:
        folder = Path(tempfile.mkdtemp())
        folder.chmod(0o755)
        folders.append(folder)
        rendered = Rendered(folder, changes=changes)
        return Pod(rendered, installed, postgres, versitygw, haproxy)

    yield made
    for folder in folders:
        shutil.rmtree(folder)


@pytest.fixture(scope="session")
def stopped(make: Callable[..., Pod]) -> Pod:
    """Stores that were prepared once, for others to copy: all migrations take a while."""
    one = make()
    with one.database(), one.objects():
        prepared = one.prepare()
    assert prepared.status == 0, prepared
    return one


@pytest.fixture(scope="module")
def pod(make: Callable[..., Pod], stopped: Pod) -> Iterator[Pod]:
    """One server for all tests of a module, with everything running."""
    one = make()
    one.take_over(stopped)
    with one.database(), one.objects():
        prepared = one.prepare()
        assert prepared.status == 0, prepared
        with one.server():
            yield one
