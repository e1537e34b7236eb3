"""Stack `local-real` on the real node, as tests deploy, ask and change it."""

from __future__ import annotations

import base64
import json
import subprocess
import sys
import urllib.parse
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hoheit import ImageLock
from hoheit_lab import node
from support.stacks import StacksProject, changed
from support.waiting import until

if TYPE_CHECKING:
    from node.conftest import RealLab

STACK = "local-real"
NAMESPACES = ("models", "mlflow", "monitoring", "objects")
CLIENTS = "apps"
"""Namespace that the stack lets in as a client."""
MODEL_URL = "http://small.models:8080"
MLFLOW_URL = "http://mlflow.mlflow:5000"
PROMETHEUS_URL = "http://monitoring-prometheus.monitoring:9090"
ALERTMANAGER_URL = "http://monitoring-alertmanager.monitoring:9093"
_ROOT = Path(__file__).parents[3]
_LOCK = "local-real.lock.json"
_OF_DRILLS: tuple[tuple[str, object], ...] = (
    # Volumes that get full, instead of directories on the node's disk.
    ("cluster.capabilities.storage_classes", [{"name": "node-sized"}]),
    # A second server pod has room while the service is rolled out.
    ("models.small.surge", 1),
    ("models.small.memory_mib", 3072),
    ("pools.cpu.cpu_millicores", 1200),
    ("pools.cpu.disk_gib", 60),
)
"""Where the environment of the drills differs from the file of the stack."""
UP_SECONDS = 900
"""For the first `pulumi up`: pulls of images of gigabytes, and the start of vLLM."""


@dataclass(frozen=True)
class Platform:
    """The whole platform with a small model; every container of it runs."""

    lab: RealLab
    directory: Path
    found: frozenset[str]
    """The objects that were in the cluster before the stack."""

    @cached_property
    def lock(self) -> ImageLock:
        """What the build of the images wrote."""
        return ImageLock.read(self.directory / _LOCK)

    @cached_property
    def project(self) -> StacksProject:
        """The program of the stack, with a file of its own."""
        environment = {**self.lab.env, "HOHEIT_IMAGE_LOCKS": str(self.directory)}
        return StacksProject(self.directory / "project", environment, STACK)

    def build_images(self) -> None:
        """Builds what is not in the cache, and pushes it into the lab's registry."""
        registry = f"127.0.0.1:{node.registry_port(self.lab.state)}"
        program = (sys.executable, "-m", "model_images.offline", "--registry", registry)
        self.lab.run(*program, "--lock", str(self.directory / _LOCK), cwd=_ROOT)

    def up(self, *changes: tuple[str, object]) -> None:
        """Brings the stack to its environment, with values changed at dotted paths."""
        environment = changed(STACK, *_OF_DRILLS, *changes)
        self.finish(self.project.configure(environment).start("up", "--yes", "--skip-preview"))

    def finish(self, command: subprocess.Popen[str]) -> None:
        """Waits for a command of Pulumi's, which has to succeed."""
        try:
            said = command.communicate(timeout=UP_SECONDS)[0]
        finally:
            command.kill()
        assert command.returncode == 0, said

    def wait_until_well(self) -> None:
        """Waits until every pod that is to run is ready, and every other one is gone.

        A Service without a ready pod sends to one that is ending, which would hide a failure.
        """
        for namespace in NAMESPACES:
            until(lambda namespace=namespace: not self._ending(namespace), 120)
            running = "--field-selector=status.phase!=Succeeded"
            ready = ("wait", "pods", "--for=condition=Ready", running, "--timeout=300s")
            self.lab.kubectl(*ready, "-n", namespace)

    def pods(self, namespace: str, selector: str = "") -> list[dict[str, Any]]:
        """Returns the pods that nobody has deleted."""
        found = self._all_pods(namespace, selector)
        return [pod for pod in found if "deletionTimestamp" not in pod["metadata"]]

    def _ending(self, namespace: str) -> list[dict[str, Any]]:
        found = self._all_pods(namespace, "")
        return [pod for pod in found if "deletionTimestamp" in pod["metadata"]]

    def _all_pods(self, namespace: str, selector: str) -> list[dict[str, Any]]:
        return self.lab.kubectl("get", "pods", "-n", namespace, "-l", selector, "-o", "json")[
            "items"
        ]

    def every_pod(self) -> list[dict[str, Any]]:
        return [pod for namespace in NAMESPACES for pod in self.pods(namespace)]

    def server(self) -> dict[str, Any]:
        """Returns the one pod of the model service."""
        (pod,) = self.pods("models", "app.kubernetes.io/name=vllm")
        return pod

    def secret(self, namespace: str, name: str) -> dict[str, str]:
        """Returns the values of a Secret."""
        found = self.lab.kubectl("get", "secret", name, "-n", namespace, "-o", "json")
        return {key: base64.b64decode(value).decode() for key, value in found["data"].items()}

    def give_clients_their_keys(self) -> None:
        """Puts the credentials of clients where their pods find them."""
        told = self.project.stack.outputs()
        admin = self.secret("mlflow", told["mlflow"]["adminSecret"])
        keys = {
            "KEY": self.secret("models", told["models"]["small"]["apiKeySecret"])["default"],
            "LOGIN_NAME": admin["username"],
            "LOGIN_PASSWORD": admin["password"],
        }
        place = {"name": "keys", "namespace": CLIENTS}
        self.lab.apply(
            {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": CLIENTS}},
            {"apiVersion": "v1", "kind": "Secret", "metadata": place, "stringData": keys},
        )

    def image(self, name: str) -> str:
        """Returns an image of the build by its digest."""
        (found,) = [image for image in self.lock.images if image.name == name]
        return f"{found.reference}@{found.digest}"

    def weights_image(self) -> str:
        """Returns the image that carries the model, by its digest."""
        (found,) = [image for image in self.lock.images if "small-model" in image.reference]
        return f"{found.reference}@{found.digest}"

    def prometheus(self, query: str) -> list[dict[str, Any]]:
        """Asks Prometheus through its Service, from the node's network."""
        words = urllib.parse.urlencode({"query": query})
        return self.get(PROMETHEUS_URL, f"/api/v1/query?{words}")["data"]["result"]

    def get(self, url: str, path: str) -> Any:
        """Asks a Service, named by its URL, and returns the JSON that it answers."""
        name, namespace = (urllib.parse.urlsplit(url).hostname or "").split(".")[:2]
        port = urllib.parse.urlsplit(url).port
        service = self.lab.kubectl("get", "service", name, "-n", namespace, "-o", "json")
        address = f"http://{service['spec']['clusterIP']}:{port}{path}"
        return json.loads(self.in_node("curl", "--fail", "--silent", "--max-time", "10", address))

    def in_node(self, *command: str) -> str:
        """Runs a command in the node's network; returns what it prints."""
        return self.lab.run(*node.enter(self.lab.state), *command).stdout
