"""What the node's programs are started with, read as the programs read it."""

import base64
import shlex
import tomllib
from pathlib import Path

import pytest
import yaml
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.x509.oid import ExtendedKeyUsageOID
from hoheit_lab import node
from hoheit_lab.cluster.layout import Layout
from hoheit_lab.node import machine
from hoheit_lab.node.addresses import Link
from hoheit_lab.node.layout import NodeLayout
from hoheit_lab.node.rendering import Plan
from hoheit_lab.paths import StateDir
from hoheit_lab.toolchain import NODE_PROGRAMS
from supervisor.options import ServerOptions
from unit.lab.node.authority import write_authority


@pytest.fixture
def plan(tmp_path: Path) -> Plan:
    state = StateDir.at(tmp_path / "a 100% lab")
    write_authority(Layout(state).kept_pki)
    return Plan(
        NodeLayout(state),
        {name: Path("/programs") / name for name in (*NODE_PROGRAMS, *machine.PROGRAMS)},
        api_port=6443,
        registry_port=5001,
        link=Link(host="198.51.100.1", node="198.51.100.2"),
    )


def content(plan: Plan, name: str) -> str:
    (found,) = (text for path, text in plan.files().items() if path.name == name)
    return found


def test_supervisor_runs_every_program_as_planned_and_again_for_ever(
    plan: Plan, monkeypatch: pytest.MonkeyPatch
) -> None:
    for path, text in plan.files().items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    plan.layout.sockets.mkdir()
    plan.layout.logs.mkdir(parents=True)
    monkeypatch.chdir(plan.layout.logs)
    options = ServerOptions()
    options.realize(args=["-c", str(plan.layout.supervisor_config)])
    programs = {group.name: group.process_configs[0] for group in options.process_group_configs}
    assert set(programs) == node.SERVICES
    for name, program in programs.items():
        planned = plan.services()[name]
        assert shlex.split(program.command) == list(planned.command)
        assert Path(program.directory) == planned.directory
        assert program.autorestart.__name__ == "RestartUnconditionally"
        assert program.startretries >= 1_000_000
        assert program.stdout_logfile == f"{name}.log"


def test_a_state_directory_with_blanks_and_percent_signs_reaches_every_program(plan: Plan) -> None:
    config = content(plan, "containerd.toml")
    assert tomllib.loads(config)["root"] == str(plan.layout.containerd)
    proxy = plan.services()["haproxy"]
    assert proxy.directory == plan.layout.sockets
    assert proxy.command[-1] == str(plan.layout.etc / "haproxy-node.cfg")


def test_containerd_pulls_the_labs_images_over_plain_http_from_the_registry(plan: Plan) -> None:
    config = tomllib.loads(content(plan, "containerd.toml"))
    cri = config["plugins"]["io.containerd.grpc.v1.cri"]
    hosts = Path(cri["registry"]["config_path"]) / "registry.lab.internal" / "hosts.toml"
    (mirror,) = tomllib.loads(plan.files()[hosts])["host"]
    assert mirror == "http://127.0.0.1:5000"
    assert yaml.safe_load(content(plan, "registry.yaml"))["http"]["addr"] == "127.0.0.1:5000"
    assert cri["sandbox_image"].startswith("registry.lab.internal/")


def test_without_the_right_to_better_a_score_runc_still_starts_containers(plan: Plan) -> None:
    config = tomllib.loads(content(plan, "containerd.toml"))
    assert config["plugins"]["io.containerd.grpc.v1.cri"]["restrict_oom_score_adj"] is True


def test_kubelet_takes_cgroups_of_v1_and_agrees_with_containerd_on_their_driver(
    plan: Plan,
) -> None:
    kubelet = yaml.safe_load(content(plan, "kubelet.yaml"))
    assert kubelet["failCgroupV1"] is False
    assert kubelet["cgroupDriver"] == "cgroupfs"
    cri = tomllib.loads(content(plan, "containerd.toml"))["plugins"]["io.containerd.grpc.v1.cri"]
    assert cri["containerd"]["runtimes"]["runc"]["options"]["SystemdCgroup"] is False


def test_kubelet_answers_clients_of_the_clusters_authority_on_the_link_only(plan: Plan) -> None:
    kubelet = yaml.safe_load(content(plan, "kubelet.yaml"))
    assert kubelet["address"] == "198.51.100.2"
    assert kubelet["authentication"]["anonymous"]["enabled"] is False
    assert kubelet["authorization"]["mode"] == "Webhook"
    assert Path(kubelet["authentication"]["x509"]["clientCAFile"]).is_file()


def test_kubelet_serves_with_a_certificate_of_the_authority_for_its_name_and_address(
    plan: Plan,
) -> None:
    kubelet, written = yaml.safe_load(content(plan, "kubelet.yaml")), plan.secrets()
    pem = written[Path(kubelet["tlsCertFile"])].encode()
    certificate = x509.load_pem_x509_certificate(pem)
    key = serialization.load_pem_private_key(
        written[Path(kubelet["tlsPrivateKeyFile"])].encode(), password=None
    )
    assert key.public_key() == certificate.public_key()
    authority = x509.load_pem_x509_certificate(
        Path(kubelet["authentication"]["x509"]["clientCAFile"]).read_bytes()
    )
    certificate.verify_directly_issued_by(authority)
    names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert names.get_values_for_type(x509.DNSName) == ["lab-real-0"]
    assert [str(one) for one in names.get_values_for_type(x509.IPAddress)] == ["198.51.100.2"]
    usage = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    assert list(usage) == [ExtendedKeyUsageOID.SERVER_AUTH]


def test_kube_proxy_leaves_settings_of_the_whole_host_alone(plan: Plan) -> None:
    proxy = yaml.safe_load(content(plan, "kube-proxy.yaml"))
    assert proxy["mode"] == "nftables"
    assert proxy["conntrack"] == {"maxPerCore": 0, "min": 0}


def test_every_credential_names_one_user_and_is_signed_by_the_clusters_authority(
    plan: Plan,
) -> None:
    subjects: dict[str, str] = {}
    for path, text in plan.secrets().items():
        if path.suffix != ".kubeconfig":
            continue
        user = yaml.safe_load(text)["users"][0]["user"]
        certificate = x509.load_pem_x509_certificate(
            base64.b64decode(user["client-certificate-data"])
        )
        assert certificate.issuer.rfc4514_string() == "CN=test-ca"
        subjects[path.name] = certificate.subject.rfc4514_string()
    assert subjects == {
        "kubelet.kubeconfig": "CN=system:node:lab-real-0,O=system:nodes",
        "kube-proxy.kubeconfig": "CN=system:kube-proxy",
    }


def test_a_kubeconfig_of_the_node_reaches_the_api_server_through_the_proxy_in_the_node(
    plan: Plan,
) -> None:
    kubeconfig = yaml.safe_load(plan.secrets()[plan.layout.etc / "kubelet.kubeconfig"])
    server = kubeconfig["clusters"][0]["cluster"]["server"]
    assert server == "https://127.0.0.1:6443"
    assert "bind 127.0.0.1:6443" in content(plan, "haproxy-node.cfg")


def test_the_fingerprint_follows_what_a_running_node_was_started_with(plan: Plan) -> None:
    moved = Plan(plan.layout, plan.programs, 6444, plan.registry_port, plan.link)
    assert moved.fingerprint() != plan.fingerprint()
    plan.secrets()  # new ones each time
    again = Plan(plan.layout, plan.programs, plan.api_port, plan.registry_port, plan.link)
    assert again.fingerprint() == plan.fingerprint()
