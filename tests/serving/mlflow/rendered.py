"""What the component renders for pods, brought to loopback: the one place where it is changed."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from support import components
from support.manifests import manifests
from support.monitor import run
from support.ports import free_ports
from support.served import GENERATED

if TYPE_CHECKING:
    from pathlib import Path

NAMESPACE, NAME = "platform", "mlflow"
API, MLFLOW, METRICS, HEALTH, DATABASE, OBJECTS = 5000, 5001, 8081, 8082, 5432, 7070
_PORTS = (API, MLFLOW, METRICS, HEALTH, DATABASE, OBJECTS)
_FOLDERS = {
    "/run/mlflow": "run",
    "/tmp": "tmp",  # noqa: S108 - a path of the pod, never of this machine
    "/data": "data",
    "/etc/postgresql": "database-files",
    "/etc/hoheit/database": "database-secret",
    "/var/lib/postgresql": "database",
    "/var/run/postgresql": "sockets",
}
_HOSTS = ("mlflow-database", "mlflow-objects")


@dataclass(frozen=True)
class Command:
    """A container as a process: its command line and its whole environment."""

    line: list[str]
    environment: dict[str, str]


@dataclass
class Rendered:
    """The objects of one MLflow server with stores of its own, as one machine can run them."""

    folder: Path
    ports: dict[int, int] = field(
        default_factory=lambda: dict(zip(_PORTS, free_ports(len(_PORTS)), strict=True))
    )
    passwords: dict[str, str] = field(default_factory=dict)
    """Role of a Secret -> what was generated for it; to be changed, as a rotation does."""
    changes: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        changes = {"workers": 1, "drain_seconds": 5, **self.changes}
        self._objects = manifests(run(lambda: components.mlflow(**changes)))
        for role in ("admin", "server", "database", "objects"):
            self.passwords.setdefault(role, f"{role}Password0123456789")
        for folder in _FOLDERS.values():
            (self.folder / folder).mkdir(exist_ok=True)

    def host(self, name: str = f"{NAME}.{NAMESPACE}.svc.cluster.local") -> str:
        """A name that clients call the server by, with the port of this run."""
        return f"{name}:{self.ports[API]}"

    def secret(self, role: str) -> dict[str, str]:
        """The content of a Secret."""
        found = self._one("Secret", f"{NAME}-{role}")["stringData"]
        return {
            key: self.mapped(value.replace(GENERATED, self.passwords[role]))
            for key, value in found.items()
        }

    def files(self, config: str) -> dict[str, str]:
        """The content of a ConfigMap."""
        found = self._one("ConfigMap", f"{NAME}-{config}")["data"]
        return {name: self.mapped(text) for name, text in found.items()}

    def command(self, workload: str, container: str) -> Command:
        """One container of a Deployment or StatefulSet."""
        found = self._container(workload, container)
        line = [*found["command"], *found.get("args", [])]
        environment = {one["name"]: self._value(one) for one in found.get("env", [])}
        return Command([self.mapped(part) for part in line], environment)

    def probe(self, workload: str, container: str) -> list[str]:
        """The command with which the kubelet asks whether a container is ready."""
        found = self._container(workload, container)["readinessProbe"]["exec"]["command"]
        return [self.mapped(part) for part in found]

    def _container(self, workload: str, container: str) -> dict[str, Any]:
        (pod,) = [
            one["spec"]["template"]["spec"]
            for one in self._objects
            if one["kind"] in ("Deployment", "StatefulSet")
            and one["metadata"]["name"].startswith(f"{NAME}-{workload}")
        ]
        (found,) = [
            one
            for one in [*pod.get("initContainers", []), *pod["containers"]]
            if one["name"] == container
        ]
        return found

    def _value(self, variable: dict[str, Any]) -> str:
        if "value" in variable:
            return self.mapped(variable["value"])
        reference = variable["valueFrom"]["secretKeyRef"]
        role = reference["name"].removeprefix(f"{NAME}-").rpartition("-")[0]
        return self.secret(role)[reference["key"]]

    def _one(self, kind: str, name: str) -> dict[str, Any]:
        (found,) = [
            one
            for one in self._objects
            if one["kind"] == kind and one["metadata"]["name"].rpartition("-")[0] == name
        ]
        return found

    def mapped(self, text: str) -> str:
        """Move the pod's folders below one folder, its ports to free ones, its names to loopback.

        All in one pass, so that nothing is moved twice.
        """
        return _MOVED.sub(self._moved, text)

    def _moved(self, match: re.Match[str]) -> str:
        found = match[0]
        if found in _FOLDERS:
            return str(self.folder / _FOLDERS[found])
        if found.isdecimal():
            return str(self.ports[int(found)])
        if found in _HOSTS:
            return "127.0.0.1"
        return {"bind :": "bind 127.0.0.1:", "--port=:": "--port=127.0.0.1:", "'*'": "'127.0.0.1'"}[
            found
        ]


_MOVED = re.compile(
    "|".join(
        [
            *(rf"(?<![\w.]){re.escape(folder)}(?![\w-])" for folder in _FOLDERS),
            *(rf"\b{port}\b" for port in _PORTS),
            *(rf"(?<![\w-]){host}(?=:)" for host in _HOSTS),
            *("bind :(?=[0-9])", "--port=:", r"(?<=listen_addresses = )'\*'"),
        ]
    )
)
