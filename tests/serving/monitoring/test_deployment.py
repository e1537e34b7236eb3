"""A stack in the real engine and a real API server, on SIMULATED nodes: up, change, destroy."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from support.engine import Stack, write_project
from support.programs import nothing_changes, objects

if TYPE_CHECKING:
    from collections.abc import Iterator

    from support.lab import Lab

NAMESPACE = "deployed-monitoring"
CLAIMS = {"watch-prometheus-data", "watch-alertmanager-data"}
PROGRAM = f"""
    import hoheit
    import pulumi
    from hoheit_infra import ExistingCluster, ExistingClusterArgs, SimulatedNodes

    config = pulumi.Config()
    cluster = ExistingCluster("deployed", ExistingClusterArgs.model_validate({{
        "context": "lab",
        "cluster_identifier": "deployed",
        "capabilities": {{"simulated": True, "storage_classes": [{{"name": "standard"}}]}},
        "network": {{"api_server": {{"cidrs": ["127.0.0.1/32"], "port": 6443}}}},
    }}))
    nodes = SimulatedNodes(
        gpu="L4", nodes=1, cpu_millicores=4000, memory_mib=14000, disk_gib=100
    )
    pool = hoheit.GpuNodePool("deployed", hoheit.GpuNodePoolArgs(cluster=cluster, spec=nodes))
    space = hoheit.RestrictedNamespace("watching", hoheit.RestrictedNamespaceArgs(
        cluster=cluster, namespace="{NAMESPACE}"
    ))
    settings = hoheit.MonitoringSettings(
        retention_days=config.get_int("days") or 30,
        on_destroy=config.get("on_destroy") or "retain",
        kubelets=hoheit.KubeletSettings.model_validate({{"cidrs": ["192.0.2.64/26"]}}),
    )
    stack = hoheit.MonitoringStack("watch", hoheit.MonitoringStackArgs.of(
        settings,
        cluster=cluster,
        namespace=space,
        images=hoheit.Images(locked=False),
        targets=(),
        pools=(pool,),
    ))
    pulumi.export("grafana", stack.grafana_url)
    pulumi.export("secret", stack.grafana_admin_secret)
"""


@pytest.fixture(scope="module")
def before(lab: Lab) -> set[str]:
    return objects(lab)


@pytest.fixture(scope="module")
def stack(lab: Lab, before: set[str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    del before  # looked at first
    directory = tmp_path_factory.mktemp("deployed") / "project"
    made = Stack(write_project(directory, PROGRAM, name="deployed"), lab.env)
    made.up()
    yield made
    if made.resources():
        made.config(on_destroy="delete")
        made.up()
        made.destroy()


def pods(lab: Lab) -> dict[str, Any]:
    listed = lab.kubectl("get", "pods", "-n", NAMESPACE, "-o", "json")["items"]
    return {one["metadata"]["labels"]["app.kubernetes.io/name"]: one for one in listed}


def test_every_program_is_admitted_and_placed(stack: Stack, lab: Lab) -> None:
    assert stack.outputs()["grafana"] == f"http://watch-grafana.{NAMESPACE}.svc.cluster.local:3000"
    found = pods(lab)
    assert found.keys() == {
        *("prometheus", "alertmanager", "grafana", "kube-state-metrics", "dcgm-exporter")
    }
    assert {one["status"]["phase"] for one in found.values()} == {"Running"}
    assert found["dcgm-exporter"]["spec"]["nodeName"] == "deployed-0"


def test_a_second_up_and_a_refresh_find_nothing_to_do(stack: Stack) -> None:
    nothing_changes(stack)


def test_the_password_is_in_the_cluster_and_nowhere_in_clear_text(stack: Stack, lab: Lab) -> None:
    secret = stack.outputs()["secret"]
    path = "jsonpath={.data.admin-password}"
    encoded = lab.kubectl("get", "secret", secret, "-n", NAMESPACE, "-o", path)
    assert len(encoded) > 32
    assert encoded not in stack.state()
    assert encoded not in stack.preview("--diff", "--show-sames").text


def test_another_retention_rolls_prometheus_and_touches_no_volume(stack: Stack, lab: Lab) -> None:
    old = pods(lab)
    claims = {name: stack.resources()[name]["id"] for name in CLAIMS}
    stack.config(days=14)
    assert stack.up().changed == {"updated": 1, "replaced": 1}
    assert {name: stack.resources()[name]["id"] for name in CLAIMS} == claims
    new = pods(lab)
    rolled = {
        name for name, one in old.items() if one["metadata"]["uid"] != new[name]["metadata"]["uid"]
    }
    assert rolled == {"prometheus"}


def test_a_destroy_stops_at_the_volumes_and_removes_the_rest_when_told(
    stack: Stack, lab: Lab
) -> None:
    assert "protected" in stack.destroy(fails=True).text
    stack.destroy("--exclude-protected")
    left = stack.resources().keys()
    assert left >= CLAIMS
    assert not [name for name in left if name.startswith("watch-grafana")]
    bound = lab.kubectl("get", "pvc", "-n", NAMESPACE, "-o", "json")["items"]
    assert {one["status"]["phase"] for one in bound} == {"Bound"}
    assert len(bound) == len(CLAIMS)


def test_volumes_that_may_go_are_gone_after_a_destroy_with_all_the_rest(
    stack: Stack, lab: Lab, before: set[str]
) -> None:
    stack.config(on_destroy="delete")
    stack.up()
    stack.destroy()
    assert objects(lab) - before == set()
