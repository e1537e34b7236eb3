"""The real Prometheus asks the real kubelet, with the rights that a stack gives to its account."""

from __future__ import annotations

import contextlib
import http.client
import json
import ssl
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import pytest
from hoheit import MonitoringSettings
from hoheit._monitoring.kubelets import KUBELET_SERIES
from hoheit._monitoring.names import KUBELET
from hoheit_facts import known_series
from hoheit_lab import node
from hoheit_lab.cluster.layout import Layout
from hoheit_lab.cluster.ports import load_ports
from hoheit_lab.errors import LabError
from hoheit_lab.node.storage import SIZED_CLASS
from hoheit_lab.toolchain import build
from node.pods import claim, pod, wait_ready
from serving.monitoring.stack import Server, prometheus_server
from support import components
from support.environments import missing
from support.manifests import manifests
from support.monitor import run, stack_environment
from support.waiting import until

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from node.conftest import RealLab

NAMESPACE = "measured"
WATCHING = "measured-monitoring"
CLAIM, POD = "data", "writer"
ACCOUNT = "/var/run/secrets/kubernetes.io/serviceaccount"
KUBELETS = stack_environment("local-real")["monitoring"]["kubelets"]
"""As the stack file says, whose lab this one is like."""
RIGHTS = ("Namespace", "ServiceAccount", "ClusterRole", "ClusterRoleBinding")
PREFIX = "kubelet_volume_stats_"

pytestmark = pytest.mark.xdist_group("real-node")


@pytest.fixture(scope="module")
def lab(real_lab: RealLab) -> Iterator[RealLab]:
    """The lab with a pod that has a volume of 16 MiB, and with the objects of a stack's account."""
    real_lab.kubectl("create", "namespace", NAMESPACE)
    objects = rendered_rights()
    real_lab.apply(*objects)
    volume = claim(CLAIM, SIZED_CLASS)
    writer = pod(POD, real_lab.tools, "/busybox sleep 3600", volumes={"/data": CLAIM})
    for one in (volume, writer):
        one["metadata"]["namespace"] = NAMESPACE
    real_lab.apply(volume, writer)
    wait_ready(real_lab, POD, NAMESPACE)
    yield real_lab
    ends = {"apiVersion": "v1", "kind": "List", "items": objects}
    real_lab.kubectl("delete", "--wait=false", "-f", "-", stdin=json.dumps(ends))
    real_lab.kubectl("delete", "namespace", NAMESPACE, "--timeout=60s")


def rendered_rights() -> list[dict[str, Any]]:
    """Namespace, accounts and rights for the whole cluster, as a stack makes them."""

    def program() -> None:
        on = components.watched_cluster()
        components.monitoring(
            on=on,
            space=components.space(WATCHING, on=on),
            targets=(),
            kubelets=KUBELETS,
            leave_out=("grafana", "kube-state-metrics"),
        )

    found = [one for one in manifests(run(program)) if one["kind"] in RIGHTS]
    return sorted(found, key=lambda one: RIGHTS.index(one["kind"]))


@dataclass(frozen=True)
class Access:
    """What a pod of the account has: in a pod these are files at fixed places."""

    directory: Path
    address: str
    """Of the real node's kubelet."""

    def asked(self, path: str, method: str = "GET") -> tuple[int, str]:
        """Status and body of the kubelet's answer, over TLS that is verified."""
        token = (self.directory / "token").read_text()
        context = ssl.create_default_context(cafile=self.directory / "ca.crt")
        connection = http.client.HTTPSConnection(self.address, 10250, context=context, timeout=20)
        with contextlib.closing(connection):
            connection.request(method, path, headers={"Authorization": f"Bearer {token}"})
            answer = connection.getresponse()
            return answer.status, answer.read().decode()


@pytest.fixture(scope="module")
def access(lab: RealLab, tmp_path_factory: pytest.TempPathFactory) -> Access:
    directory = tmp_path_factory.mktemp("account")
    (account,) = [
        one["metadata"]["name"]
        for one in lab.kubectl("get", "serviceaccounts", "-n", WATCHING, "-o", "json")["items"]
        if one["metadata"]["name"].startswith("watch-prometheus-")
    ]
    (directory / "token").write_text(lab.kubectl("create", "token", account, "-n", WATCHING))
    # What the controller manager puts beside every pod's token.
    authority = lab.kubectl("get", "configmap", "kube-root-ca.crt", "-n", WATCHING, "-o", "json")
    (directory / "ca.crt").write_text(authority["data"]["ca.crt"])
    found = lab.kubectl("get", "node", node.NODE_NAME, "-o", "json")["status"]["addresses"]
    (address,) = [one["address"] for one in found if one["type"] == "InternalIP"]
    return Access(directory, address)


@pytest.fixture(scope="module")
def prometheus(
    lab: RealLab, access: Access, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Server]:
    """The real one, with configuration and rules of the stack; it runs beside the API server."""
    try:
        program = build(["prometheus"])["prometheus"]
    except LabError as error:
        missing(f"Prometheus could not be built: {error}")
    root = tmp_path_factory.mktemp("prometheus")
    settings = MonitoringSettings(kubelets=KUBELETS)
    server = prometheus_server(program, root, [], settings=settings)
    file = root / "etc/prometheus/config/prometheus.yml"
    config = json.loads(file.read_text().replace(ACCOUNT, str(access.directory)))
    (job,) = config["scrape_configs"]
    port = load_ports(Layout(lab.state).ports)["kubeApiserverPort"]
    (discovery,) = job["kubernetes_sd_configs"]
    discovery |= {
        "api_server": f"https://127.0.0.1:{port}",
        "tls_config": {"ca_file": str(access.directory / "ca.crt")},
        "authorization": {"credentials_file": str(access.directory / "token")},
    }
    # The kubelet measures once a minute, which stays.
    job["scrape_interval"], job["scrape_timeout"] = "2s", "2s"
    config["global"]["evaluation_interval"] = "2s"
    file.write_text(json.dumps(config))
    with server.running():
        yield server


def samples(server: Server, query: str) -> list[dict[str, Any]]:
    found = server.api(f"query?query={quote(query)}")["result"]
    return [{**one["metric"], "value": float(one["value"][1])} for one in found]


def inside(lab: RealLab, script: str) -> str:
    done = lab.run(
        *("kubectl", "exec", POD, "-n", NAMESPACE, "--", "/busybox", "sh", "-c", script),
        check=False,
    )
    return done.stdout


def test_the_nodes_address_is_one_that_the_network_rule_of_stack_local_real_names(
    access: Access,
) -> None:
    (cidr,) = MonitoringSettings(kubelets=KUBELETS).kubelets.cidrs
    assert access.address in map(str, cidr)


def test_the_kubelet_tells_of_volumes_by_the_names_that_are_written_down(
    lab: RealLab, access: Access
) -> None:
    version = lab.kubectl("get", "node", node.NODE_NAME, "-o", "json")["status"]["nodeInfo"][
        "kubeletVersion"
    ]

    def told() -> set[str]:
        status, body = access.asked("/metrics")
        assert status == HTTPStatus.OK, body
        return {line.partition("{")[0] for line in body.splitlines() if line.startswith(PREFIX)}

    until(lambda: bool(told()), seconds=120)
    assert told() == known_series(KUBELET, version.removeprefix("v"))


@pytest.mark.parametrize(
    ("path", "method"),
    [
        ("/pods", "GET"),
        ("/runningpods/", "GET"),
        ("/configz", "GET"),
        ("/logs/", "GET"),
        ("/stats/summary", "GET"),
        (f"/containerLogs/{NAMESPACE}/{POD}/main", "GET"),
        (f"/run/{NAMESPACE}/{POD}/main?cmd=/busybox", "POST"),
        (f"/exec/{NAMESPACE}/{POD}/main?command=/busybox&output=1", "POST"),
        (f"/exec/{NAMESPACE}/{POD}/main?command=/busybox&output=1", "GET"),
        (f"/attach/{NAMESPACE}/{POD}/main?output=1", "POST"),
        (f"/portForward/{NAMESPACE}/{POD}", "POST"),
        (f"/checkpoint/{NAMESPACE}/{POD}/main", "POST"),
        ("/debug/pprof/", "GET"),
    ],
)
def test_the_token_that_reads_metrics_reads_and_runs_nothing_else(
    path: str, method: str, access: Access
) -> None:
    status, body = access.asked(path, method)
    assert status == HTTPStatus.FORBIDDEN, body
    assert "Forbidden" in body


def test_a_pod_reaches_the_kubelet_at_the_nodes_address(lab: RealLab, access: Access) -> None:
    reached = f"/busybox nc -w 5 {access.address} 10250 </dev/null && echo connected"
    assert inside(lab, reached) == "connected\n"


def test_prometheus_asks_the_real_node_and_no_simulated_one(
    lab: RealLab, prometheus: Server
) -> None:
    assert lab.kubectl("get", "nodes", "-l", "hoheit-lab/node=simulated", "-o", "json")["items"]
    until(lambda: bool(samples(prometheus, "up == 1")), seconds=60)
    (found,) = samples(prometheus, "up")
    assert (found["job"], found["exporter"], found["node"]) == (KUBELET, KUBELET, node.NODE_NAME)


def test_prometheus_knows_how_full_the_volume_is_and_nothing_but_volumes(
    lab: RealLab, prometheus: Server
) -> None:
    query = f'{PREFIX}capacity_bytes{{persistentvolumeclaim="{CLAIM}"}}'
    until(lambda: bool(samples(prometheus, query)), seconds=120)
    (found,) = samples(prometheus, query)
    assert (found["namespace"], found["node"]) == (NAMESPACE, node.NODE_NAME)
    blocks = inside(lab, "/busybox df -P -k /data").splitlines()[-1].split()[1]
    assert found["value"] == int(blocks) * 1024
    kept = {one["__name__"] for one in samples(prometheus, '{node!=""}')}
    about = {name for name in kept if not name.startswith(("scrape_", "up"))}
    assert about == KUBELET_SERIES
    assert len(about) == 6


def test_a_volume_that_gets_full_is_an_alert_and_one_that_is_emptied_is_none(
    lab: RealLab, prometheus: Server
) -> None:
    firing = (
        'ALERTS{alertname="KubePersistentVolumeFillingUp", severity="critical", '
        f'alertstate="firing", namespace="{NAMESPACE}", persistentvolumeclaim="{CLAIM}"}}'
    )
    assert samples(prometheus, firing) == []
    inside(lab, "/busybox dd if=/dev/zero of=/data/all bs=64k; /busybox sync")
    until(lambda: bool(samples(prometheus, firing)), seconds=240)
    inside(lab, "/busybox rm /data/all; /busybox sync")
    until(lambda: not samples(prometheus, firing), seconds=180)
