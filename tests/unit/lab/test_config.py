import ipaddress
from pathlib import Path

import yaml
from hoheit_lab.cluster.config import render_config
from hoheit_lab.cluster.ports import PORTS

PROGRAMS = {
    name: Path("/cache") / name
    for name in (
        "etcd",
        "kwok",
        "kwokctl",
        "kube-apiserver",
        "kube-controller-manager",
        "kube-scheduler",
        "kubectl",
    )
}
PKI = Path("/state/pki")
NUMBERS = {name: 30000 + number for number, name in enumerate(PORTS)}


def documents() -> list[dict]:
    return list(yaml.safe_load_all(render_config(PROGRAMS, NUMBERS, PKI)))


def test_everything_listens_on_loopback_on_the_chosen_ports() -> None:
    options = documents()[0]["options"]
    assert options["bindAddress"] == "127.0.0.1"
    assert {name: options[name] for name in PORTS} == NUMBERS


def test_every_program_is_named_so_that_kwokctl_downloads_none() -> None:
    options = documents()[0]["options"]
    named = {value for key, value in options.items() if key.endswith("Binary")}
    assert named == {str(path) for name, path in PROGRAMS.items() if name != "kwokctl"}


def test_every_stage_has_a_name_of_its_own_and_selects_by_something() -> None:
    stages = documents()[1:]
    names = [stage["metadata"]["name"] for stage in stages]
    assert len(names) == len(set(names)) > 5
    for stage in stages:
        assert stage["kind"] == "Stage"
        assert stage["spec"]["selector"]["matchExpressions"], stage["metadata"]["name"]


def test_nodes_say_which_kubernetes_they_pretend_to_run() -> None:
    assert "kubeletVersion: v1.37.2-SIMULATED" in render_config(PROGRAMS, NUMBERS, PKI)


def test_the_api_server_can_be_joined_by_a_real_node() -> None:
    config = documents()[0]
    (api_server,) = (
        patch for patch in config["componentsPatches"] if patch["name"] == "kube-apiserver"
    )
    arguments = {argument["key"]: argument["value"] for argument in api_server["extraArgs"]}
    covered = config["options"]["kubeApiserverCertSANs"]
    assert arguments["advertise-address"] in covered
    services = ipaddress.ip_network(arguments["service-cluster-ip-range"])
    assert str(services[1]) in covered  # the Service `kubernetes`, which every pod asks
    assert arguments["kubelet-client-certificate"] == "/state/pki/admin.crt"
    assert arguments["kubelet-preferred-address-types"] == "InternalIP"
