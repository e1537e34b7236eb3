"""Who has to talk to whom, from what the environment says and what each program is for.

No rule, no need and no default of the components is read here: a stack file, the names of
workloads, and the ports that containers name. What is written down is the architecture.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from urllib.parse import urlsplit

from .rows import Row, Rows, ranges
from .world import DNS, Pod, World

Peer = Mapping[str, Any]

PUBLIC_HUB = "https://huggingface.co"
KUBELET_PORT = 10250
"""Kubernetes documentation, Ports and Protocols."""
_MLFLOW = "mlflow-server"
_OBJECTS = "objects-s3-server"
_PROMETHEUS = "monitoring-prometheus"
_GRAFANA = "monitoring-grafana"
_FROM_HUB = "repository"
_FROM_STORE = ("repository", "image")
"""Where weights come from if server pods take them out of the object store; a URI says it too."""


@dataclass(frozen=True)
class Declared:
    """What one stack needs.

    Args:
        world: Its pods, and those of others.
        environment: What its stack file says.
    """

    world: World
    environment: Mapping[str, Any]

    @cached_property
    def callers(self) -> set[Row]:
        """Whom each pod of the stack lets in."""
        rows = Rows()
        for destination, port, peer in self._callers():
            number = str(destination.ports[port])
            for source in self._pods(peer, destination):
                rows.between(source.full, destination.full, "TCP", number)
            if networks := ranges(peer):
                rows.inward(networks, destination.full, "TCP", number)
        return rows.table()

    @cached_property
    def contacts(self) -> set[Row]:
        """Whom each pod of the stack may call."""
        rows = Rows()
        for source, peer, port, protocols in self._contacts():
            for protocol in protocols:
                for destination in self._pods(peer, source):
                    rows.between(source.full, destination.full, protocol, str(port))
                if networks := ranges(peer):
                    rows.outward(source.full, networks, protocol, str(port))
        return rows.table()

    @property
    def both(self) -> set[Row]:
        """What comes to pass: a connection between two pods of ours needs the leave of both."""
        return {
            row
            for row in self.callers | self.contacts
            if (row in self.callers or not self.is_ours(row.destination))
            and (row in self.contacts or not self.is_ours(row.source))
        }

    def is_ours(self, end: str) -> bool:
        """Whether a pod is in a namespace that the stack made, its own or not."""
        return end.partition("/")[0] in self.world.own

    def _pods(self, peer: Peer, asking: Pod) -> list[Pod]:
        found = [pod for pod in self.world.pods if pod.is_of(peer)]
        # A single pod has nobody of its own kind to meet; that it reaches itself is nobody's rule.
        return [pod for pod in found if pod != asking or pod.several]

    def _has(self, workload: str) -> bool:
        return workload in self.world.stack

    @property
    def _bundled_monitoring(self) -> bool:
        monitoring = self.environment.get("monitoring")
        return monitoring is not None and monitoring.get("mode") != "operator"

    def _pod(self, workload: str) -> Pod:
        return self.world.stack[workload]

    def _peer(self, workload: str) -> Peer:
        pod = self._pod(workload)
        return {"namespace": pod.namespace, "pod_labels": pod.labels}

    def _callers(self) -> Iterator[tuple[Pod, str, Peer]]:
        for name, model in self.environment["models"].items():
            yield from self._model_callers(name, model)
        if "object_server" in self.environment:
            space = self.environment.get("namespace", "models")
            yield self._pod(_OBJECTS), "s3", {"namespace": space}
        if mlflow := self.environment.get("mlflow"):
            for peer in mlflow.get("clients", []):
                yield self._pod(_MLFLOW), "api", peer
            for pod, port in self._bundled_stores(mlflow):
                yield pod, port, self._peer(_MLFLOW)
        for pod, port in self._scraped:
            yield pod, port, self._scraper
        if self._bundled_monitoring:
            yield from self._monitoring_callers()

    def _model_callers(
        self, name: str, model: Mapping[str, Any]
    ) -> Iterator[tuple[Pod, str, Peer]]:
        server, router = self._pod(f"{name}-server"), f"{name}-router"
        front = self._pod(router) if self._has(router) else server
        for peer in model.get("clients", []):
            yield front, "api", peer
        for pod in {server.name: server, front.name: front}.values():
            for peer in model.get("scrapers", []):
                yield pod, "metrics", peer
        if front is not server:
            yield server, "api", self._peer(router)
            yield server, "health", self._peer(router)

    def _monitoring_callers(self) -> Iterator[tuple[Pod, str, Peer]]:
        prometheus = self._pod(_PROMETHEUS)
        if self._has(_GRAFANA):
            yield prometheus, "http", self._peer(_GRAFANA)
            for peer in self.environment["monitoring"].get("clients", []):
                yield self._pod(_GRAFANA), "http", peer
        scaled = any("autoscaling" in one for one in self.environment["models"].values())
        keda = self.environment["cluster"]["capabilities"].get("keda")
        if scaled and keda:
            yield prometheus, "http", keda

    @property
    def _scraper(self) -> Peer:
        """The pods that read metrics: our Prometheus, or the one that the cluster has."""
        if self._bundled_monitoring:
            return self._peer(_PROMETHEUS)
        return self.environment["monitoring"]["operator"]["prometheus"]

    @property
    def _scraped(self) -> list[tuple[Pod, str]]:
        """Every pod whose metrics somebody reads, and the port; nobody reads without monitoring."""
        if "monitoring" not in self.environment:
            return []
        ports = {
            **dict.fromkeys([f"{name}-server" for name in self.environment["models"]], "metrics"),
            **dict.fromkeys([f"{name}-router" for name in self.environment["models"]], "metrics"),
            _MLFLOW: "metrics",
            "monitoring-alertmanager": "http",
            "monitoring-kube-state-metrics": "http",
            **{name: "metrics" for name in self.world.stack if "-dcgm-exporter-" in name},
        }
        return [(self._pod(name), port) for name, port in ports.items() if self._has(name)]

    def _contacts(self) -> Iterator[tuple[Pod, Peer, int, tuple[str, ...]]]:
        dns = self.environment["cluster"].get("network", {}).get("dns", DNS)
        for source, peer, port in self._by_name():
            yield source, dns, 53, ("UDP", "TCP")
            yield source, peer, peer.get("port", port), ("TCP",)
        for source, peer, port in self._by_address():
            yield source, peer, port, ("TCP",)

    def _by_name(self) -> Iterator[tuple[Pod, Peer, int]]:
        """Yield whom pods ask for by name, so that they need DNS as well."""
        for name, model in self.environment["models"].items():
            yield from self._model_contacts(name, model)
        if mlflow := self.environment.get("mlflow"):
            yield from self._mlflow_contacts(mlflow)
        if self._has(_GRAFANA):
            yield self._within(_GRAFANA, self._pod(_PROMETHEUS), "http")
        if self._bundled_monitoring:
            for pod, port in ((self._pod(_PROMETHEUS), "http"), *self._scraped):
                yield self._within(_PROMETHEUS, pod, port)
        for receiver in self.environment.get("monitoring", {}).get("receivers", []):
            yield self._pod("monitoring-alertmanager"), receiver["peer"], receiver.get("port", 443)

    def _by_address(self) -> Iterator[tuple[Pod, Peer, int]]:
        """Yield who watches objects, by what the kubelet tells every pod, and asks kubelets."""
        for name in (_PROMETHEUS, "monitoring-kube-state-metrics"):
            if self._has(name):
                api_server = self.environment["cluster"]["network"]["api_server"]
                yield self._pod(name), api_server, api_server["port"]
        if kubelets := self.environment.get("monitoring", {}).get("kubelets"):
            yield self._pod(_PROMETHEUS), {"cidrs": kubelets["cidrs"]}, KUBELET_PORT

    def _within(self, source: str, destination: Pod, port: str) -> tuple[Pod, Peer, int]:
        return self._pod(source), self._peer(destination.name), destination.ports[port]

    def _model_contacts(
        self, name: str, model: Mapping[str, Any]
    ) -> Iterator[tuple[Pod, Peer, int]]:
        server = self._pod(f"{name}-server")
        units = [model["weights"], *model.get("adapters", [])]
        if any(_is_in_store(unit) for unit in units):
            yield server, *self._store
        if self._has(router := f"{name}-router"):
            yield self._within(router, server, "api")
            yield self._within(router, server, "health")
        for job in self._jobs(name):
            yield self._pod(job), *self._store
            if any(_FROM_HUB in unit for unit in units):
                yield self._pod(job), *_outside({"endpoint": PUBLIC_HUB, **self.environment["hub"]})

    def _jobs(self, model: str) -> list[str]:
        """Return the Jobs that bring weights and adapters of a model."""
        return [
            job["metadata"]["name"]
            for job in self.world.workloads
            if job["kind"] == "Job" and job["metadata"]["name"].startswith(f"{model}-")
        ]

    @property
    def _store(self) -> tuple[Peer, int]:
        if "object_server" in self.environment:
            return self._peer(_OBJECTS), self._pod(_OBJECTS).ports["s3"]
        return _outside(self.environment["object_store"])

    def _mlflow_contacts(self, mlflow: Mapping[str, Any]) -> Iterator[tuple[Pod, Peer, int]]:
        for pod, port in self._bundled_stores(mlflow):
            yield self._within(_MLFLOW, pod, port)
        if (database := mlflow["database"])["kind"] == "existing":
            yield self._pod(_MLFLOW), database["peer"], database.get("port", 5432)
        if mlflow["artifacts"]["kind"] == "existing":
            yield self._pod(_MLFLOW), *_outside(mlflow["artifacts"])

    def _bundled_stores(self, mlflow: Mapping[str, Any]) -> Iterator[tuple[Pod, str]]:
        if mlflow["database"]["kind"] == "bundled":
            yield self._pod("mlflow-database-server"), "postgres"
        if mlflow["artifacts"]["kind"] == "bundled":
            yield self._pod("mlflow-objects-server"), "s3"


def _is_in_store(unit: Mapping[str, Any]) -> bool:
    return any(key in unit for key in _FROM_STORE) or unit.get("uri", "").startswith("s3://")


def _outside(part: Mapping[str, Any]) -> tuple[Peer, int]:
    return part["peer"], address(part["endpoint"])[1]


def address(endpoint: str) -> tuple[str, int]:
    """Return host and port of a URL."""
    url = urlsplit(endpoint)
    return str(url.hostname), url.port or {"https": 443, "http": 80}[url.scheme]
