"""Stack `local`, the real program, in the lab: pods on SIMULATED nodes of a real control plane."""

import base64
import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hoheit_cli.register import register_of
from support.lab import Lab
from support.manifests import pod_templates
from support.monitor import run, run_stack
from support.programs import eventually, nothing_changes, objects
from support.stacks import StacksProject, local
from support.strangers import placed, pod, unschedulable
from support.variants import VARIANTS
from support.watching import Watch

NAMESPACE = "models"
STACK = "pulumi:pulumi:Stack"


@pytest.fixture(scope="module")
def project(lab: Lab, tmp_path_factory: pytest.TempPathFactory) -> Iterator[StacksProject]:
    made = StacksProject(tmp_path_factory.mktemp("local") / "project", lab.env, "local")
    yield made
    made.stack.destroy()


@pytest.fixture
def running(project: StacksProject) -> StacksProject:
    if not project.stack.resources():
        project.configure(local()).up()
    return project


def pods(lab: Lab, selector: str = "") -> list[dict[str, Any]]:
    listed = lab.kubectl("get", "pods", "-n", NAMESPACE, "-l", selector, "-o", "json")
    return listed["items"]


def servers(lab: Lab) -> list[dict[str, Any]]:
    found = pods(lab, "app.kubernetes.io/name=vllm")
    return [pod for pod in found if "deletionTimestamp" not in pod["metadata"]]


# Before anything is there


def test_a_preview_on_an_empty_cluster_shows_everything_and_makes_nothing(
    project: StacksProject, lab: Lab
) -> None:
    before = objects(lab)
    stack = project.configure(local())
    result = stack.preview()
    # The engine counts the stack itself; mocks register it only once in a process.
    registered = [one for one in run_stack(local()).registered if one.type != STACK]
    assert result.changes == {"to create": len(registered) + 1}
    # What tests before this one made may still be going.
    assert objects(lab) - before == set()


@pytest.mark.parametrize(
    ("path", "value", "said"),
    [
        ("models.mistral.replicas", 3, "pools.l4: 2 nodes of 1 GPU do not hold all pods"),
        ("models.mistral.gpus", 2, "pools.l4: 'mistral' does not fit on a node (GPUs: 2 asked"),
    ],
)
def test_more_than_the_pool_holds_is_refused_in_preview(
    project: StacksProject, path: str, value: object, said: str
) -> None:
    text = project.configure(local((path, value))).preview(fails=True).text
    assert said in text
    assert "Traceback" not in text


# What is there after `up`


def test_a_second_up_and_a_refresh_find_nothing_to_do(running: StacksProject) -> None:
    nothing_changes(running.stack)


@pytest.mark.usefixtures("running")
def test_pods_with_a_gpu_run_on_the_nodes_of_the_pool_and_others_elsewhere(lab: Lab) -> None:
    nodes = {one["metadata"]["name"]: one["spec"]["nodeName"] for one in pods(lab)}
    assert len(nodes) == 2
    for name, node in nodes.items():
        assert node.startswith("lab-node-" if "-weights-" in name else "l4-")
    (server,) = servers(lab)
    assert {one["type"]: one["status"] for one in server["status"]["conditions"]}["Ready"] == "True"


def test_a_client_finds_the_ready_pod_behind_the_name_of_the_model(
    running: StacksProject, lab: Lab
) -> None:
    told = running.stack.outputs()["models"]["mistral"]
    assert told["url"] == "http://mistral.models.svc.cluster.local:8080/v1"
    assert told["modelNames"] == ["mistral-7b-awq"]
    assert told["plan"]["device"] == "L4"
    key = lab.kubectl("get", "secret", "-n", NAMESPACE, told["apiKeySecret"], "-o", "json")
    assert set(key["data"]) == {"default"}
    slices = lab.kubectl(
        *("get", "endpointslices", "-n", NAMESPACE, "-o", "json"),
        *("-l", "kubernetes.io/service-name=mistral"),
    )["items"]
    (endpoint,) = [one for found in slices for one in found["endpoints"]]
    assert endpoint["conditions"]["ready"]
    assert [port["port"] for found in slices for port in found["ports"]] == [8080]


def test_whoever_asks_the_model_learns_that_its_pods_are_simulated(
    running: StacksProject, lab: Lab
) -> None:
    command = (sys.executable, "-m", "hoheit_cli", "chat", "--stack", "local", "Wer bist du?")
    done = lab.run(*command, check=False, cwd=running.stack.directory)
    assert (done.returncode, done.stdout) == (2, "")
    said = r"error: pods of 'mistral' are SIMULATED: node l4-[\w-]+ is only an object, no container"
    assert re.match(said, done.stderr)


def test_the_time_that_simulated_pods_took_is_marked_as_such(
    running: StacksProject, lab: Lab
) -> None:
    command = (sys.executable, "-m", "hoheit_cli", "timeline", "--stack", "local", "--json")
    (document,) = json.loads(lab.run(*command, cwd=running.stack.directory).stdout)
    assert len(document["pods"]) == 2
    assert all(one["simulated"] for one in document["pods"])
    assert document["ready_seconds"] >= 0


def test_the_operator_is_told_where_everything_is_and_what_the_rules_say(
    running: StacksProject, lab: Lab
) -> None:
    told = running.stack.outputs()
    assert set(told) == {"models", "mlflow", "monitoring", "residency"}
    assert told["residency"]["profile"] == "local"
    assert told["residency"]["stops"] == 0
    assert told["residency"]["counts"]["UNKNOWN"]
    assert told["mlflow"]["url"] == "http://mlflow.mlflow.svc.cluster.local:5000"
    secrets = {"mlflow": told["mlflow"]["adminSecret"]}
    secrets["monitoring"] = told["monitoring"]["grafanaAdminSecret"]
    for namespace, secret in secrets.items():
        assert lab.kubectl("get", "secret", "-n", namespace, secret, "-o", "name")


def test_the_register_of_the_whole_environment_is_in_the_state(running: StacksProject) -> None:
    register = register_of(json.loads(running.stack.state()))
    stores = {store.name for store in register.stores}
    assert stores >= {
        *("etcd of cluster 'local'", "node disks of pool 'l4'", "mistral: API key"),
        *("weights below models/TheBloke/Mistral-7B-v0.1-AWQ/main", "mlflow: artifacts"),
        *("mlflow: runs, registered models and accounts", "monitoring: metrics"),
    }
    assert {"huggingface.co", "docker.io"} <= {contact.host for contact in register.egress}
    assert register.unknowns


@pytest.mark.usefixtures("running")
def test_every_volume_of_the_platform_is_bound_and_every_pod_is_ready(lab: Lab) -> None:
    claims = lab.kubectl("get", "pvc", "-A", "-o", "json")["items"]
    assert {claim["metadata"]["namespace"] for claim in claims} == {"mlflow", "monitoring"}
    assert {claim["status"]["phase"] for claim in claims} == {"Bound"}
    for namespace in ("mlflow", "monitoring"):
        listed = lab.kubectl("get", "pods", "-n", namespace, "-o", "json")["items"]
        assert listed
        for one in listed:
            conditions = {entry["type"]: entry["status"] for entry in one["status"]["conditions"]}
            assert conditions["Ready"] == "True", one["metadata"]["name"]


@pytest.mark.usefixtures("running")
def test_pods_of_others_do_not_land_on_gpu_nodes(lab: Lab) -> None:
    wanted = {"nodeSelector": {"hoheit/pool": "l4"}}
    gpu = {"container": {"resources": {"limits": {"nvidia.com/gpu": "1"}}}}
    strangers = {
        "anywhere": pod("anywhere"),
        "on-the-pool": pod("on-the-pool", **wanted),
        "with-a-gpu": pod("with-a-gpu", **gpu),
    }
    lab.apply(*strangers.values())
    try:
        assert eventually(lambda: placed(lab, "anywhere").startswith("lab-node-"))
        for name in ("on-the-pool", "with-a-gpu"):
            assert eventually(lambda name=name: unschedulable(lab, name))
            assert placed(lab, name) == ""
    finally:
        lab.kubectl("delete", "pod", "-n", "default", "--wait", *strangers)


@pytest.mark.usefixtures("running")
def test_a_pod_that_is_not_restricted_is_refused_in_the_namespace(lab: Lab) -> None:
    privileged = pod("bad", container={"securityContext": {"privileged": True}})
    privileged["metadata"]["namespace"] = NAMESPACE
    done = lab.run(
        "kubectl", "apply", "--dry-run=server", "-f", "-", stdin=json.dumps(privileged), check=False
    )
    assert done.returncode != 0
    assert 'violates PodSecurity "restricted:latest"' in done.stderr


@pytest.mark.usefixtures("running")
@pytest.mark.parametrize("variant", VARIANTS)
def test_every_workload_that_can_be_rendered_is_admitted_in_the_namespace(
    variant: str, lab: Lab
) -> None:
    for name, template in pod_templates(run(VARIANTS[variant])).items():
        spec = {**template["spec"], "serviceAccountName": "default"}
        # Classes and Secrets of a cluster that the lab does not have are not what is tested.
        spec.pop("runtimeClassName", None)
        rendered = {
            "apiVersion": "v1",
            "kind": "Pod",
            "metadata": {"name": name, "namespace": NAMESPACE, **template["metadata"]},
            "spec": spec,
        }
        lab.kubectl("apply", "--dry-run=server", "-f", "-", stdin=json.dumps(rendered))


def test_the_api_key_is_in_the_cluster_and_nowhere_else_in_clear_text(
    running: StacksProject, lab: Lab
) -> None:
    secrets = lab.kubectl("get", "secrets", "-n", NAMESPACE, "-o", "json")["items"]
    (encoded,) = [one["data"]["default"] for one in secrets if "default" in one["data"]]
    key = base64.b64decode(encoded).decode()
    assert len(key) == 48
    said = running.stack.preview("--diff", "--show-sames").text
    said += running.stack.command("stack", "output", "--json").text
    said += running.stack.state()
    assert key not in said
    assert encoded not in said
    kept = [*lab.state.pulumi_state.rglob("*"), *lab.state.logs.rglob("*")]
    for file in (path for path in kept if path.is_file()):
        content = file.read_bytes()
        assert key.encode() not in content, file
        assert encoded.encode() not in content, file


# Changes


def test_a_full_pool_rolls_to_a_new_setting_because_old_pods_make_room(
    running: StacksProject, lab: Lab
) -> None:
    running.configure(local(("models.mistral.replicas", 2))).up()
    # One of the servers, and one of the routers that two servers have.
    budgets = lab.kubectl("get", "pdb", "-n", NAMESPACE, "-o", "json")["items"]
    assert [budget["status"]["disruptionsAllowed"] for budget in budgets] == [1, 1]
    before = {one["metadata"]["uid"] for one in servers(lab)}
    change = ("models.mistral.served_model_name", "mistral-renamed")
    running.configure(local(("models.mistral.replicas", 2), change)).up()
    after = servers(lab)
    assert {one["spec"]["nodeName"] for one in after} == {"l4-0", "l4-1"}
    assert not before & {one["metadata"]["uid"] for one in after}
    assert all("--served-model-name=mistral-renamed" in str(one["spec"]) for one in after)
    running.configure(local()).up()
    assert lab.kubectl("get", "pdb", "-n", NAMESPACE, "-o", "json")["items"] == []


def test_a_service_that_somebody_deleted_comes_back(running: StacksProject, lab: Lab) -> None:
    lab.kubectl("delete", "service", "-n", NAMESPACE, "mistral")
    result = running.stack.up("--refresh")
    assert result.changed.get("created") == 1, result.text
    assert lab.kubectl("get", "service", "-n", NAMESPACE, "mistral", "-o", "name")
    nothing_changes(running.stack)


def test_a_refusal_of_the_api_server_is_told_and_the_next_up_goes_on(
    running: StacksProject, lab: Lab
) -> None:
    quota = {
        "apiVersion": "v1",
        "kind": "ResourceQuota",
        "metadata": {"name": "few-services", "namespace": NAMESPACE},
        "spec": {"hard": {"services": "1"}},
    }
    lab.apply(quota)
    counted = ("get", "resourcequota", "-n", NAMESPACE, "few-services", "-o", "json")
    assert eventually(lambda: lab.kubectl(*counted)["status"].get("used") == {"services": "1"})
    environment = local()
    environment["models"]["second"] = environment["models"]["mistral"]
    stack = running.configure(environment)
    refused = stack.up(fails=True)
    assert "second-service" in refused.text
    assert "exceeded quota: few-services" in refused.text
    assert "Traceback" not in refused.text
    assert "second-server" in stack.resources()
    lab.kubectl("delete", "resourcequota", "-n", NAMESPACE, "few-services")
    continued = stack.up()
    assert continued.changed.get("created") == 1, continued.text
    running.configure(local()).up()


# The end


def test_destroy_removes_pods_before_nodes_and_leaves_nothing(
    running: StacksProject, lab: Lab, tmp_path: Path
) -> None:
    # The engine deletes in layers, so the order could also be luck: the state has to demand it.
    needed = running.stack.resources()["mistral-server"]["dependencies"]
    assert {urn.rpartition("::")[2] for urn in needed} >= {"l4-node-0", "l4-node-1"}
    with Watch(lab, tmp_path, "pods", "nodes") as watch:
        running.stack.destroy()
        gone = watch.events()
    deleted = [event for event in gone if event.type == "DELETED"]
    ends = {kind: [e.revision for e in deleted if e.kind == kind] for kind in ("Pod", "Node")}
    assert len(ends["Node"]) == 2
    assert ends["Pod"]
    assert max(ends["Pod"]) < min(ends["Node"])
    assert running.stack.resources() == {}
    ours = (f" {NAMESPACE}", "l4-", " mlflow", " monitoring")
    left = {entry for entry in objects(lab) if any(word in entry for word in ours)}
    assert left == set()
