"""The lab's registry with the configuration that the node gives it."""

from __future__ import annotations

import contextlib
import socket
import subprocess
import time
from http.client import HTTPConnection
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import yaml
from hoheit_lab.errors import LabError
from hoheit_lab.node.images import push, write_image
from hoheit_lab.node.registry import ENVIRONMENT, registry_config

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

MANIFEST = "application/vnd.oci.image.manifest.v1+json"


class Registry:
    """The registry as a process, which a test may kill and start again."""

    def __init__(
        self, program: Path, directory: Path, port: int, environment: Mapping[str, str]
    ) -> None:
        self.port = port
        self._environment = environment
        self._config = directory / "config.yml"
        self._log = directory / "log"
        self._command = [program, "serve", self._config]
        config = registry_config(directory / "data", f"127.0.0.1:{port}")
        self._config.write_text(yaml.safe_dump(config))
        self.start()

    def start(self) -> None:
        with self._log.open("ab") as log:
            self.process = subprocess.Popen(
                self._command, env=self._environment, stdout=log, stderr=subprocess.STDOUT
            )
        deadline = time.monotonic() + 30
        while self.get("/v2/")[0] != 200:
            assert self.process.poll() is None, self.said()
            assert time.monotonic() < deadline, self.said()
            time.sleep(0.1)

    def said(self) -> str:
        return self._log.read_text()

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()

    def get(self, path: str) -> tuple[int, str | None]:
        """Returns status and digest of the answer; status 0 where nobody answers."""
        with contextlib.closing(HTTPConnection("127.0.0.1", self.port, timeout=10)) as connection:
            try:
                connection.request("GET", path, headers={"Accept": MANIFEST})
                answer = connection.getresponse()
            except OSError:
                return 0, None
            answer.read()
            return answer.status, answer.headers["Docker-Content-Digest"]


@pytest.fixture
def registry(programs: dict[str, Path], ports: list[int], tmp_path: Path) -> Iterator[Registry]:
    running = Registry(programs["registry"], tmp_path, ports[0], ENVIRONMENT)
    yield running
    running.kill()


def test_a_pushed_image_has_the_digest_that_it_was_written_with(
    registry: Registry, programs: dict[str, Path], tmp_path: Path
) -> None:
    digest = write_image(programs["pause"], tmp_path / "image")
    reference = push(programs["crane"], tmp_path / "image", registry.port, "pause")
    assert reference == f"registry.lab.internal/hoheit/pause@{digest}"
    assert registry.get(f"/v2/hoheit/pause/manifests/{digest}") == (200, digest)
    assert registry.get("/v2/hoheit/pause/manifests/lab") == (200, digest)


def test_images_are_there_after_a_power_cut(
    registry: Registry, programs: dict[str, Path], tmp_path: Path
) -> None:
    digest = write_image(programs["pause"], tmp_path / "image")
    push(programs["crane"], tmp_path / "image", registry.port, "pause")
    registry.kill()
    registry.start()
    assert registry.get(f"/v2/hoheit/pause/manifests/{digest}") == (200, digest)


def test_pushing_the_same_image_again_is_no_error(
    registry: Registry, programs: dict[str, Path], tmp_path: Path
) -> None:
    write_image(programs["pause"], tmp_path / "image")
    first = push(programs["crane"], tmp_path / "image", registry.port, "pause")
    assert push(programs["crane"], tmp_path / "image", registry.port, "pause") == first


@pytest.mark.parametrize(("switches", "sends"), [(ENVIRONMENT, False), ({}, True)])
def test_the_registry_sends_traces_unless_it_is_told_not_to(
    switches: Mapping[str, str],
    sends: bool,
    programs: dict[str, Path],
    ports: list[int],
    tmp_path: Path,
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as collector:
        collector.settimeout(3)
        there = f"http://127.0.0.1:{collector.getsockname()[1]}"
        often = {"OTEL_EXPORTER_OTLP_ENDPOINT": there, "OTEL_BSP_SCHEDULE_DELAY": "100"}
        registry = Registry(programs["registry"], tmp_path, ports[0], {**often, **switches})
        try:
            collector.accept()[0].close()
        except TimeoutError:
            assert not sends
        else:
            assert sends
        finally:
            registry.kill()


def test_a_registry_that_does_not_answer_is_named_by_its_port(
    programs: dict[str, Path], ports: list[int], tmp_path: Path
) -> None:
    write_image(programs["pause"], tmp_path / "image")
    with pytest.raises(LabError, match=f"registry on port {ports[0]} did not take pause"):
        push(programs["crane"], tmp_path / "image", ports[0], "pause")
