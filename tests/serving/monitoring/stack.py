"""A stack as processes: the rendered commands and files, moved to a directory and to free ports.

All that differs from a pod is in this file: paths below a directory, ports on loopback, addresses
of targets instead of the API server, and waits of a second instead of half a minute.
"""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import subprocess
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from hoheit import MonitoringSettings
from hoheit._monitoring import alertmanager, prometheus
from hoheit._monitoring.rule_set import rules_for
from hoheit._monitoring.rules import rules_file
from support.ports import free_ports
from support.samples import images

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from hoheit import ScrapeTarget

WAITS = {
    *("scrape_interval", "evaluation_interval"),
    *("group_wait", "group_interval", "repeat_interval"),
}


def quickened(document: Any) -> Any:
    """The same configuration with waits of a second; a timeout has to stay below its interval."""
    if isinstance(document, dict):
        return {
            key: "1s" if key in WAITS else "900ms" if key == "scrape_timeout" else quickened(value)
            for key, value in document.items()
        }
    return [quickened(one) for one in document] if isinstance(document, list) else document


def discovered(target: ScrapeTarget, port: int, **changes: str) -> dict[str, Any]:
    """What the API server would have told about one port of one pod of a target."""
    labels = {
        f"__meta_kubernetes_pod_label_{name.replace('.', '_').replace('/', '_')}": value
        for name, value in target.selector.items()
    }
    about = {
        "__meta_kubernetes_namespace": str(target.namespace),
        "__meta_kubernetes_pod_name": f"{target.job}-0",
        "__meta_kubernetes_pod_node_name": "gpu-1",
        "__meta_kubernetes_pod_phase": "Running",
        "__meta_kubernetes_pod_container_port_name": target.port_name,
    }
    return {"targets": [f"127.0.0.1:{port}"], "labels": {**labels, **about, **changes}}


@dataclass
class Server:
    """One program with a directory as its root."""

    program: Path
    container: Any
    root: Path
    port: int = field(default_factory=lambda: free_ports(1)[0])

    def place(self, volume: str, file: str, text: str) -> Path:
        """Write a file where the pod mounts the volume that brings it."""
        (mount,) = [one for one in self.container["volume_mounts"] if one["name"] == volume]
        directory = self.root / mount["mount_path"].removeprefix("/")
        directory.mkdir(parents=True, exist_ok=True)
        path = directory / file
        path.write_text(self.moved(text))
        return path

    def moved(self, text: str) -> str:
        """The text with paths below the root, and the port that this run got."""
        for mount in self.container["volume_mounts"]:
            path = mount["mount_path"]
            text = text.replace(f'"{path}', f'"{self.root}{path}')
            text = text.replace(f"={path}", f"={self.root}{path}")
        (port,) = [one["container_port"] for one in self.container["ports"]]
        return text.replace(f"address=:{port}", f"address=127.0.0.1:{self.port}")

    @contextlib.contextmanager
    def running(self) -> Iterator[Server]:
        arguments = [self.moved(one) for one in self.container["args"]]
        log = self.root / "log"
        with log.open("wb") as output:
            process = subprocess.Popen(
                [str(self.program), *arguments],
                env={"PATH": os.environ["PATH"]},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
            )
        try:
            path = self.container["readiness_probe"]["http_get"]["path"]
            eventually(lambda: self.answers(path), log.read_text)
            assert process.poll() is None, log.read_text()
            yield self
        finally:
            process.terminate()
            process.wait(timeout=20)

    def answers(self, path: str) -> bool:
        with contextlib.suppress(OSError):
            return self._get(path)[0] == 200
        return False

    def text(self, path: str) -> str:
        status, body = self._get(path)
        assert status == 200, body
        return body

    def _get(self, path: str) -> tuple[int, str]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
        with contextlib.closing(connection):
            connection.request("GET", path)
            answer = connection.getresponse()
            return answer.status, answer.read().decode()

    def api(self, path: str) -> Any:
        return json.loads(self.text(f"/api/v1/{path}"))["data"]


def eventually(holds: Any, otherwise: Any = lambda: "", seconds: float = 30) -> None:
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, otherwise()
        time.sleep(0.1)


def prometheus_server(  # noqa: PLR0913 - each is a means of the server, by name
    program: Path,
    root: Path,
    targets: Sequence[ScrapeTarget],
    *,
    manager: str = "alertmanager:9093",
    found: Sequence[list[dict[str, Any]]] | None = None,
    settings: MonitoringSettings | None = None,
    port: int | None = None,
) -> Server:
    """Prometheus with its files in place; ``found`` stands in for what the API server tells."""
    settings = settings or MonitoringSettings()
    names = {"account": "a", "config": "c", "rules": "r", "claim": "d"}
    pod: Any = prometheus.prometheus_pod(settings, images(), targets, **names)
    server = Server(program, pod["containers"][0], root, port or free_ports(1)[0])
    text = prometheus.prometheus_config(settings, targets, cluster="lab", alertmanager=manager)
    config = json.loads(text)
    if found is not None:
        for job, known in zip(config["scrape_configs"], found, strict=True):
            del job["kubernetes_sd_configs"]
            job["static_configs"] = known
        config = quickened(config)
    server.place("config", prometheus.CONFIG_FILE, json.dumps(config))
    rules = json.loads(rules_file(rules_for(settings, targets)))
    server.place("rules", prometheus.RULES_FILE, json.dumps(rules))
    return server


def alertmanager_server(
    program: Path, root: Path, receivers: Sequence[Any], *, quick: bool = True
) -> Server:
    names = {"account": "a", "config": "c", "claim": "d"}
    pod: Any = alertmanager.alertmanager_pod(receivers, images(), **names)
    server = Server(program, pod["containers"][0], root)
    config = json.loads(alertmanager.alertmanager_config(receivers))
    text = json.dumps(quickened(config) if quick else config)
    server.place("config", alertmanager.CONFIG_FILE, text)
    return server
