"""`hoheit doctor` against a real API server, with nodes that are SIMULATED."""

import json
import re
import socket
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from hoheit_cli import main
from support.lab import Lab
from support.programs import objects

NODE = "doctor-node"
LABEL = {"doctor.example.internal/pool": "l4"}
Object = dict[str, Any]
Doctor = Callable[..., str]


@pytest.fixture
def doctor(lab: Lab, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Doctor:
    """The command in this process, with the lab's kubectl and kubeconfig; gives what it printed."""
    for name in ("PATH", "KUBECONFIG"):
        monkeypatch.setenv(name, lab.env[name])

    def run(file: Path, *words: str, status: int = 0) -> str:
        ended = main.main(["doctor", "--file", str(file), *words])
        printed = capsys.readouterr()
        assert ended == status, printed.out + printed.err
        return printed.err if ended == main.USAGE else printed.out

    return run


def findings(doctor: Doctor, file: Path, *words: str, status: int = 0) -> dict[str, Object]:
    document = json.loads(doctor(file, "--json", *words, status=status))
    return {one["subject"]: one for one in document["findings"]}


def faults(found: dict[str, Object]) -> dict[str, str]:
    return {
        subject.removeprefix("cluster.capabilities."): one["verdict"]
        for subject, one in found.items()
        if one["verdict"] in ("MISSING", "DIFFERS")
    }


def stack_file(directory: Path, **changes: Any) -> Path:
    """The file of a stack in the lab, with sections of its environment changed."""
    capabilities = {
        "simulated": True,
        "network_policy": "none",
        "storage_classes": [{"name": "standard"}],
        **changes.pop("capabilities", {}),
    }
    cluster = {
        "kind": "existing",
        "context": "lab",
        "cluster_identifier": "lab",
        "capabilities": capabilities,
        **changes.pop("cluster", {}),
    }
    environment = {"cluster": cluster, "pools": {"l4": labelled()}, **changes}
    file = directory / "Pulumi.dev.yaml"
    file.write_text(yaml.safe_dump({"config": {"hoheit:environment": environment}}))
    return file


def labelled(**changes: Any) -> Object:
    """A pool of the node that the fixture makes."""
    pool = {
        "kind": "labelled",
        "gpu": "L4",
        "node_selector": LABEL,
        "nodes": 1,
        "cpu_millicores": 4000,
        "memory_mib": 14000,
        "disk_gib": 100,
    }
    return {**pool, **changes}


@pytest.fixture
def gpu_node(lab: Lab) -> Iterator[str]:
    capacity = {"cpu": "4", "memory": "14000Mi", "ephemeral-storage": "100Gi", "pods": "58"}
    taint = {"key": "nvidia.com/gpu", "value": "present", "effect": "NoSchedule"}
    metadata = {
        "name": NODE,
        "labels": {**LABEL, "type": "kwok", "nvidia.com/gpu.memory": "23034"},
        "annotations": {
            "kwok.x-k8s.io/node": "fake",
            "hoheit-lab/capacity": json.dumps({**capacity, "nvidia.com/gpu": "1"}),
        },
    }
    lab.apply(
        {"apiVersion": "v1", "kind": "Node", "metadata": metadata, "spec": {"taints": [taint]}}
    )
    lab.kubectl("wait", "--for=condition=Ready", f"node/{NODE}", "--timeout=30s")
    yield NODE
    lab.kubectl("delete", "node", NODE)


def test_a_cluster_that_is_as_stated_passes_and_nothing_in_it_is_changed(
    doctor: Doctor, lab: Lab, gpu_node: str, tmp_path: Path
) -> None:
    before = objects(lab)
    file = stack_file(tmp_path)
    text = doctor(file)
    assert text.startswith(f"{file} against context 'lab'\n")
    assert "MISSING" not in text
    assert "DIFFERS" not in text
    assert gpu_node in text
    assert objects(lab) == before


@pytest.mark.usefixtures("gpu_node")
def test_a_real_api_server_answers_every_question(doctor: Doctor, tmp_path: Path) -> None:
    found = findings(doctor, stack_file(tmp_path))
    assert found["Kubernetes"]["seen"].startswith("the API server is v1.")
    for subject in ("Kubernetes on the nodes", "Pod Security admission", "rights of this user"):
        assert found[subject]["verdict"] == "OK", subject
    assert "NOT enforced" in found["cluster.capabilities.network_policy"]["seen"]


@pytest.mark.usefixtures("gpu_node")
def test_what_the_cluster_does_not_show_is_unknown_and_fails_only_where_that_is_asked_for(
    doctor: Doctor, tmp_path: Path
) -> None:
    found = findings(doctor, stack_file(tmp_path))
    unknown = [subject for subject, one in found.items() if one["verdict"] == "UNKNOWN"]
    assert unknown == ["cluster.capabilities.storage_classes.standard.encrypted"]
    assert findings(doctor, stack_file(tmp_path), "--strict", status=1) == found


@pytest.mark.usefixtures("gpu_node")
def test_pools_that_are_otherwise_than_stated_are_named_by_their_path(
    doctor: Doctor, tmp_path: Path
) -> None:
    simulated = labelled(kind="simulated")
    del simulated["node_selector"]
    pools = {
        "few": labelled(nodes=3),
        "gpus": labelled(gpus_per_node=2),
        "model": labelled(gpu="L40S"),
        "small": labelled(memory_mib=14001),
        "none": labelled(node_selector={"no": "such"}),
        "later": simulated,
        "fine": labelled(),
    }
    found = findings(doctor, stack_file(tmp_path, pools=pools), status=1)
    assert faults(found) == {
        "pools.few.nodes": "DIFFERS",
        "pools.gpus.gpus_per_node": "DIFFERS",
        "pools.model.gpu": "DIFFERS",
        "pools.small.memory_mib": "DIFFERS",
        "pools.none": "MISSING",
    }
    assert found["pools.later"]["verdict"] == "OK"


@pytest.fixture
def agent(lab: Lab, gpu_node: str) -> Iterator[Callable[[Object], None]]:
    """Runs a DaemonSet with these labels on the node until the test ends."""

    def run(labels: Object) -> None:
        container = {"name": "a", "image": "a", "resources": {"requests": {"cpu": "100m"}}}
        spec = {
            "nodeSelector": LABEL,
            "tolerations": [{"operator": "Exists"}],
            "containers": [container],
        }
        own = {"doctor.example.internal/agent": "a"}
        lab.apply(
            {
                "apiVersion": "apps/v1",
                "kind": "DaemonSet",
                "metadata": {"name": "doctor-agent", "namespace": "default"},
                "spec": {
                    "selector": {"matchLabels": own},
                    "template": {"metadata": {"labels": {**own, **labels}}, "spec": spec},
                },
            }
        )
        lab.kubectl("rollout", "status", "daemonset/doctor-agent", "--timeout=60s")
        listed = lab.kubectl("get", "pods", "-l", "doctor.example.internal/agent", "-o", "json")
        assert [pod["spec"]["nodeName"] for pod in listed["items"]] == [gpu_node]

    yield run
    lab.kubectl("delete", "daemonset", "doctor-agent", "--cascade=foreground")


@pytest.mark.parametrize(
    ("labels", "expected"),
    [
        ({"app.kubernetes.io/part-of": "hoheit"}, {}),
        ({"app.kubernetes.io/part-of": "shop"}, {"pools.l4.cpu_millicores": "DIFFERS"}),
    ],
    ids=["hoheit", "others"],
)
def test_daemon_sets_of_hoheit_take_nothing_off_what_is_stated_and_others_do(
    labels: Object,
    expected: Object,
    agent: Callable[[Object], None],
    doctor: Doctor,
    tmp_path: Path,
) -> None:
    agent(labels)
    found = findings(doctor, stack_file(tmp_path), status=int(bool(expected)))
    assert faults(found) == expected


@pytest.mark.usefixtures("gpu_node")
def test_capabilities_that_are_not_there_are_named_by_their_path(
    doctor: Doctor, tmp_path: Path
) -> None:
    stated = {
        "storage_classes": [{"name": "fast"}, {"name": "standard"}],
        "model_cache_storage_class": "fast",
        "gpu_runtime_class": "nvidia",
        "network_policy": "cilium",
        "identity": "irsa",
    }
    file = stack_file(tmp_path, capabilities=stated, monitoring={"mode": "operator"})
    found = findings(doctor, file, status=1)
    assert list(faults(found).items()) == [
        ("network_policy", "MISSING"),
        ("storage_classes.fast", "MISSING"),
        ("model_cache_storage_class", "MISSING"),
        ("gpu_runtime_class", "MISSING"),
        ("monitoring.mode", "MISSING"),
        ("identity", "DIFFERS"),
    ]
    assert "there: standard (default)" in found["cluster.capabilities.storage_classes.fast"]["seen"]


@pytest.mark.usefixtures("gpu_node")
def test_simulated_nodes_in_a_cluster_that_does_not_say_so_are_a_fault(
    doctor: Doctor, tmp_path: Path
) -> None:
    file = stack_file(tmp_path, capabilities={"simulated": False})
    found = findings(doctor, file, status=1)
    assert faults(found) == {"simulated": "DIFFERS", "cluster.network.dns": "MISSING"}
    assert NODE in found["cluster.capabilities.simulated"]["seen"]


@pytest.mark.usefixtures("gpu_node")
def test_what_the_doctor_says_of_the_api_server_can_be_pasted_and_then_it_passes(
    doctor: Doctor, tmp_path: Path
) -> None:
    asked = {"monitoring": {"mode": "bundled"}}
    found = findings(doctor, stack_file(tmp_path, **asked), status=1)
    told = found["cluster.network.api_server"]
    assert faults(found) == {"cluster.network.api_server": "MISSING"}
    network = yaml.safe_load(told["way_out"].removeprefix("state "))
    file = stack_file(tmp_path, cluster={"network": network}, **asked)
    assert findings(doctor, file)["cluster.network.api_server"]["verdict"] == "OK"


@pytest.mark.parametrize("words", [[], ["--json"]])
def test_what_a_terminal_would_act_on_is_shown_escaped(
    words: list[str], doctor: Doctor, tmp_path: Path
) -> None:
    pools = {"l4\x1b[31m": labelled(gpu="L4\x9b2J"), "b\x7f": labelled(node_selector={"a": "b"})}
    told = doctor(stack_file(tmp_path, pools=pools), *words, status=1)
    assert r"pools.l4\u001b[31m" in told
    assert r"pools.b\u007f" in told
    assert all(char.isprintable() for char in told.replace("\n", ""))


def test_another_context_than_the_kubeconfigs_is_no_answer(doctor: Doctor, tmp_path: Path) -> None:
    said = doctor(stack_file(tmp_path, cluster={"context": "production"}), status=2)
    assert said.startswith("error: cluster.context: no answer from the cluster of context 'prod")
    assert said.endswith("contexts of the kubeconfig: lab\n")


def test_a_cluster_that_does_not_answer_is_told_in_one_line(
    doctor: Doctor, lab: Lab, tmp_path: Path
) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # bound and not listening: connections are refused
        address = f"https://127.0.0.1:{taken.getsockname()[1]}"
        kubeconfig = kubeconfig_for(lab, tmp_path, server=address)
        said = doctor(stack_file(tmp_path), "--kubeconfig", str(kubeconfig), status=2)
    assert "no answer from the cluster of context 'lab'" in said
    assert len(said.splitlines()) == 1


def kubeconfig_for(lab: Lab, directory: Path, server: str = "", token: str = "") -> Path:
    config = lab.kubectl("config", "view", "--raw", "--minify", "-o", "json")
    if server:
        config["clusters"][0]["cluster"]["server"] = server
    if token:
        config["users"][0]["user"] = {"token": token}
    file = directory / "kubeconfig"
    file.write_text(json.dumps(config))
    return file


def test_a_user_without_rights_gets_unknowns_and_no_wrong_answer(
    doctor: Doctor, lab: Lab, tmp_path: Path
) -> None:
    lab.kubectl("create", "serviceaccount", "doctor-nobody")
    try:
        token = lab.kubectl("create", "token", "doctor-nobody").strip()
        kubeconfig = kubeconfig_for(lab, tmp_path, token=token)
        asked = ("--kubeconfig", str(kubeconfig))
        found = findings(doctor, stack_file(tmp_path, mlflow={}), *asked, status=1)
    finally:
        lab.kubectl("delete", "serviceaccount", "doctor-nobody")
    assert faults(found) == {"rights of this user": "MISSING"}
    rights = found["rights of this user"]["seen"]
    assert rights.startswith("may not create namespaces in the cluster; configmaps, deployments, ")
    assert re.findall(r"in namespace (\w+)", rights) == ["mlflow", "models"]
    for subject in (
        *("pools.l4", "cluster.network.dns", "cluster.network.api_server"),
        *("cluster.capabilities.storage_classes", "cluster.capabilities.network_policy"),
        *("cluster.capabilities.gpu_runtime_class", "Pod Security admission"),
    ):
        assert found[subject]["verdict"] == "UNKNOWN", subject
        assert "doctor-nobody" in found[subject]["seen"]


@pytest.mark.usefixtures("gpu_node")
def test_a_stack_is_found_by_its_name_in_the_project_of_the_directory(
    lab: Lab, tmp_path: Path
) -> None:
    (tmp_path / "Pulumi.yaml").write_text("name: p\nstackConfigDir: files\n")
    (tmp_path / "files").mkdir()
    stack_file(tmp_path / "files")
    command = [sys.executable, "-m", "hoheit_cli", "doctor", "--stack", "dev"]
    done = lab.run(*command, cwd=tmp_path)
    assert done.stdout.startswith("files/Pulumi.dev.yaml against context 'lab'\n")
