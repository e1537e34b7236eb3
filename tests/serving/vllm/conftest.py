"""The real vLLM, its CPU build, in pods that are started as the component renders them.

A start takes about 70 s of CPU and 3 GiB of memory, so the tests that only ask share one.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import pytest
from hoheit_lab.errors import LabError
from hoheit_lab.toolchain import build
from serving.vllm.container import Image
from serving.vllm.model import Model, make_model
from serving.vllm.network import pod_network
from serving.vllm.pod import ENGINE, GATEWAY, ROUTER, Pod
from serving.vllm.service import CLIENT_KEY, Service, service_of
from serving.vllm.weights import fetch
from serving.weights.hub_double import HubDouble
from serving.weights.programs import install, running_store
from support import environments

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from serving.vllm.rendered import Rendered
    from serving.weights.programs import Store

_PROGRAMS = {
    "bwrap": "bubblewrap",
    "haproxy": "haproxy",
    "ip": "iproute2",
    "nsenter": "util-linux",
    "setpriv": "util-linux",
    "unshare": "util-linux",
}
"""What these tests start, and the Debian package that has it."""


class Prepare(Protocol):
    def __call__(self, rendered: Callable[[Path], Rendered]) -> Pod: ...


@pytest.fixture(scope="session", autouse=True)
def means() -> None:
    """Namespaces take root, and some programs."""
    if os.geteuid() != 0:
        environments.missing("pods of these tests are namespaces, which takes root: use sudo")
    path = f"{os.environ['PATH']}:/usr/sbin:/sbin"
    if missing := {
        package for one, package in _PROGRAMS.items() if not shutil.which(one, path=path)
    }:
        environments.missing(f"missing: apt-get install -y {' '.join(sorted(missing))}")


@pytest.fixture(scope="session")
def vllm() -> Image:
    return Image((environments.vllm(),))


@pytest.fixture(scope="session")
def fetcher(tmp_path_factory: pytest.TempPathFactory) -> Image:
    target = tmp_path_factory.mktemp("weights-fetcher") / "venv"
    install(environments.uv(), sys.executable, target)
    return Image((target,))


@pytest.fixture(scope="session")
def model(vllm: Image, tmp_path_factory: pytest.TempPathFactory) -> Model:
    return make_model(vllm.folders[0] / "bin" / "python", tmp_path_factory.mktemp("model"))


@pytest.fixture(scope="session")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    try:
        versitygw = build(["versitygw"])["versitygw"]
    except LabError as error:
        environments.missing(f"the S3 server could not be built: {error}")
        raise
    with running_store(versitygw, tmp_path_factory.mktemp("store")) as running:
        yield running


@dataclass(frozen=True)
class Fetched:
    """A service whose weights a Job has brought into the object store."""

    service: Service
    exits: list[int]
    """Exit statuses of the Job: the first run was killed."""


@pytest.fixture(scope="session")
def fetched(model: Model, store: Store, fetcher: Image) -> Iterator[Fetched]:
    service = service_of(model, store, adapters=(model.adapter("adapter-rank-8"),))
    hub = HubDouble(files=model.files)
    hub.start()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        yield Fetched(service, fetch(service.mirror(folder / "volumes"), hub, fetcher, folder))
    hub.stop()


@pytest.fixture(scope="session")
def router() -> Image:
    return Image((environments.synced("router"),))


@pytest.fixture(scope="session")
def prepare(vllm: Image, fetcher: Image, router: Image) -> Iterator[Prepare]:
    """Make pods, each with a network and folders of its own; nothing runs in them yet."""
    images = {
        ENGINE: vllm,
        GATEWAY: Image(),
        ROUTER: router,
        "weights": fetcher,
        "adapters": fetcher,
    }
    with ExitStack() as stack:

        def _prepare(rendered: Callable[[Path], Rendered]) -> Pod:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
            network = stack.enter_context(pod_network(folder))
            return Pod(rendered(folder / "volumes"), network, images, folder, CLIENT_KEY)

        yield _prepare


@pytest.fixture(scope="session")
def pod(prepare: Prepare, fetched: Fetched) -> Iterator[Pod]:
    """The pod that all tests share which only ask."""
    one = prepare(fetched.service.server)
    with one.running():
        yield one
