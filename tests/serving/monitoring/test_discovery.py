"""The real Prometheus asks a real API server for its targets, with the rights that it is given."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from serving.monitoring.stack import Server, eventually, prometheus_server
from support import components, samples
from support.manifests import manifests
from support.monitor import run
from support.variants import OCI

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hoheit import MonitoringStack, ScrapeTarget
    from serving.monitoring.conftest import Programs
    from support.lab import Lab

MODELS, WATCHING = "discovered-models", "discovered-monitoring"
PROMETHEUS, STATE = "watch-prometheus-account-abc12", "watch-kube-state-metrics-account-abc12"


def applied() -> tuple[list[dict[str, Any]], tuple[ScrapeTarget, ...]]:
    """Every object of a platform with one model, and all targets of its monitoring."""
    made: list[MonitoringStack] = []
    targets: list[ScrapeTarget] = []

    def program() -> None:
        on = components.watched_cluster()
        gpus = components.pool("discovered", on=on)
        service = components.service(
            on=gpus,
            namespace=components.space(MODELS, on=on).namespace,
            weights=samples.stored_weights(OCI),
            hub=None,
            object_store=None,
        )
        # Plain, as a program sees them once the namespace is there.
        targets.extend(one.model_copy(update={"namespace": MODELS}) for one in service.scrape)
        space = components.space(WATCHING, on=on)
        made.append(
            components.monitoring(
                on=on,
                space=space,
                targets=service.scrape,
                pools=(gpus,),
                kubelets={"cidrs": ["192.0.2.64/26"]},
            )
        )

    monitor = run(program)
    own = [one.model_copy(update={"namespace": WATCHING}) for one in made[0].scrape]
    return manifests(monitor), (*targets, *own)


@dataclass(frozen=True)
class Access:
    """How a pod reaches the API server: in a pod these are files at fixed places."""

    server: str
    authority: Path
    token: Path

    def added_to(self, job: dict[str, Any]) -> None:
        (discovery,) = job["kubernetes_sd_configs"]
        discovery["api_server"] = self.server
        discovery["tls_config"] = {"ca_file": str(self.authority)}
        token = {"type": "Bearer", "credentials_file": str(self.token)}
        discovery["authorization"] = token


@pytest.fixture(scope="module")
def targets(lab: Lab) -> Iterator[tuple[ScrapeTarget, ...]]:
    objects, found = applied()
    first = {"Namespace": 0, "Node": 1}
    objects.sort(key=lambda one: first.get(one["kind"], 2))
    lab.apply(*objects)
    yield found
    ends = {"apiVersion": "v1", "kind": "List", "items": objects}
    lab.kubectl("delete", "--wait=false", "-f", "-", stdin=json.dumps(ends))


@pytest.fixture(scope="module")
def access(
    lab: Lab, targets: tuple[ScrapeTarget, ...], tmp_path_factory: pytest.TempPathFactory
) -> Access:
    del targets  # only their account
    directory = tmp_path_factory.mktemp("access")
    config = yaml.safe_load(Path(lab.env["KUBECONFIG"]).read_text("utf-8"))
    cluster = config["clusters"][0]["cluster"]
    authority, token = directory / "ca.crt", directory / "token"
    authority.write_bytes(base64.b64decode(cluster["certificate-authority-data"]))
    token.write_text(lab.kubectl("create", "token", PROMETHEUS, "-n", WATCHING))
    return Access(cluster["server"], authority, token)


@pytest.fixture(scope="module")
def prometheus(
    programs: Programs,
    targets: tuple[ScrapeTarget, ...],
    access: Access,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Server]:
    root = tmp_path_factory.mktemp("prometheus")
    server = prometheus_server(programs.prometheus, root, targets)
    file = root / "etc/prometheus/config/prometheus.yml"
    config = json.loads(file.read_text())
    for job in config["scrape_configs"]:
        access.added_to(job)
    file.write_text(json.dumps(config))
    with server.running():
        yield server


def found_by(server: Server) -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = {}
    for one in server.api("targets?state=active")["activeTargets"]:
        found.setdefault(one["scrapePool"], []).append(one)
    return found


def test_every_job_finds_its_pods(prometheus: Server, targets: tuple[ScrapeTarget, ...]) -> None:
    jobs = {f"{target.job}/{target.exporter}" for target in targets}
    assert len(jobs) == 6
    eventually(
        lambda: found_by(prometheus).keys() == jobs, lambda: str(found_by(prometheus)), seconds=90
    )


def test_engine_and_gateway_are_found_on_the_metrics_port_of_a_sidecar(
    prometheus: Server, lab: Lab
) -> None:
    eventually(lambda: "mistral/haproxy" in found_by(prometheus), seconds=90)
    (pod,) = lab.kubectl("get", "pods", "-n", MODELS, "-o", "json")["items"]
    address = f"http://{pod['status']['podIP']}:8081"
    found = found_by(prometheus)
    (engine,), (gateway,) = found["mistral/vllm"], found["mistral/haproxy"]
    assert engine["scrapeUrl"] == f"{address}/metrics"
    assert gateway["scrapeUrl"] == f"{address}/gateway/metrics"
    assert engine["labels"] == {
        "namespace": MODELS,
        "pod": pod["metadata"]["name"],
        "node": pod["spec"]["nodeName"],
        "job": "mistral",
        "exporter": "vllm",
        "instance": f"{pod['status']['podIP']}:8081",
    }


def test_an_exporter_is_found_on_every_gpu_node(prometheus: Server) -> None:
    def nodes() -> set[str]:
        found = found_by(prometheus).get("dcgm-exporter/dcgm-exporter", [])
        return {one["labels"]["node"] for one in found}

    eventually(
        lambda: nodes() == {"discovered-0", "discovered-1"}, lambda: str(nodes()), seconds=90
    )


@pytest.mark.parametrize(
    ("account", "verb", "resource", "namespace", "allowed"),
    [
        (PROMETHEUS, "list", "pods", MODELS, True),
        (PROMETHEUS, "watch", "pods", WATCHING, True),
        (PROMETHEUS, "list", "pods", "default", False),
        (PROMETHEUS, "list", "secrets", MODELS, False),
        (PROMETHEUS, "delete", "pods", MODELS, False),
        (STATE, "list", "deployments.apps", MODELS, True),
        (STATE, "watch", "statefulsets.apps", MODELS, True),
        (STATE, "watch", "pods", WATCHING, True),
        (STATE, "list", "pods", "kube-system", False),
        (STATE, "get", "secrets", MODELS, False),
    ],
)
@pytest.mark.usefixtures("targets")
def test_an_account_may_do_what_it_needs_and_nothing_else(  # noqa: PLR0913, PLR0917 - one row
    account: str, verb: str, resource: str, namespace: str, allowed: bool, lab: Lab
) -> None:
    who = f"--as=system:serviceaccount:{WATCHING}:{account}"
    done = lab.run("kubectl", "auth", "can-i", verb, resource, "-n", namespace, who, check=False)
    assert done.stdout.strip() == ("yes" if allowed else "no")


@pytest.mark.parametrize(
    ("account", "verb", "subresource", "allowed"),
    [
        (PROMETHEUS, "watch", "", True),
        (PROMETHEUS, "get", "metrics", True),
        (PROMETHEUS, "create", "metrics", False),
        (PROMETHEUS, "get", "proxy", False),
        (PROMETHEUS, "create", "proxy", False),
        (PROMETHEUS, "get", "log", False),
        (PROMETHEUS, "get", "stats", False),
        (PROMETHEUS, "patch", "", False),
        (STATE, "get", "metrics", False),
    ],
)
@pytest.mark.usefixtures("targets")
def test_prometheus_may_read_metrics_of_nodes_and_do_nothing_by_them(
    account: str, verb: str, subresource: str, allowed: bool, lab: Lab
) -> None:
    who = f"--as=system:serviceaccount:{WATCHING}:{account}"
    what = ("nodes", f"--subresource={subresource}")
    done = lab.run("kubectl", "auth", "can-i", verb, *what, who, check=False)
    assert done.stdout.strip() == ("yes" if allowed else "no")
