"""A lab comes up, survives what can happen to it, and goes without leaving anything.

The tests run in order on one state directory: each finds the lab as the one before left it.
"""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
import yaml
from hoheit_lab.cluster.layout import Layout
from hoheit_lab.cluster.ports import load_ports
from hoheit_lab.cluster.processes import COMPONENTS, running
from hoheit_lab.ending import engine_processes
from hoheit_lab.paths import StateDir, cache_dir
from support.waiting import until


class Cli:
    """The command line, on one state directory."""

    def __init__(self, state: StateDir, home: Path) -> None:
        self.state = state
        self.layout = Layout(state)
        self.home = home

    def start(self, *words: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-m", "hoheit_lab", "--state", str(self.state.root), *words],
            env=os.environ | {"HOME": str(self.home), "HOHEIT_LAB_CACHE": str(cache_dir())},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def __call__(self, *words: str) -> str:
        process = self.start(*words)
        said = process.communicate(timeout=120)[0]
        assert process.returncode == 0, said
        return said

    def kubectl(self, *words: str) -> str:
        return self("exec", "--", "kubectl", *words).strip()

    def pids(self) -> dict[str, int]:
        return {name: process.pid for name, process in running(self.layout).items()}

    def kill(self, *names: str) -> None:
        processes = [running(self.layout)[name] for name in names]
        for process in processes:
            process.kill()
        until(lambda: all(ended(process) for process in processes))


def ended(process: psutil.Process) -> bool:
    """A zombie has ended; its parent has only not asked for its exit status yet."""
    try:
        return process.status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def binds(listener: socket.socket, port: int) -> bool:
    try:
        listener.bind(("127.0.0.1", port))
    except OSError:
        return False
    return True


@pytest.fixture(scope="module")
def lab_cli(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cli]:
    root = tmp_path_factory.mktemp("lifecycle")
    (root / "home").mkdir()
    cli = Cli(StateDir.at(root / "state"), root / "home")
    yield cli
    cli("down")


@pytest.fixture
def up(lab_cli: Cli) -> Cli:
    """The lab, running."""
    if set(lab_cli.pids()) != set(COMPONENTS):
        lab_cli("up")
    return lab_cli


def test_up_starts_a_cluster_with_two_simulated_nodes(lab_cli: Cli) -> None:
    assert "SIMULATED" in lab_cli("up")
    nodes = lab_cli.kubectl("get", "nodes", "-o", "name").split()
    assert nodes == ["node/lab-node-0", "node/lab-node-1"]
    lab_cli.kubectl("wait", "--for=condition=Ready", "node", "--all", "--timeout=20s")
    assert set(lab_cli.pids()) == set(COMPONENTS)


def test_up_again_changes_nothing_and_takes_a_moment(up: Cli) -> None:
    before = up.pids()
    started = time.monotonic()
    up("up")
    assert time.monotonic() - started < 2
    assert up.pids() == before


def test_no_process_of_the_lab_listens_anywhere_but_on_loopback(up: Cli) -> None:
    addresses = {
        (name, connection.laddr.ip)
        for name, process in running(up.layout).items()
        for connection in process.net_connections(kind="inet")
        if connection.status == psutil.CONN_LISTEN
    }
    assert {name for name, _ in addresses} == set(COMPONENTS)
    assert {ip for _, ip in addresses} == {"127.0.0.1"}
    ports = {
        connection.laddr.port
        for process in running(up.layout).values()
        for connection in process.net_connections(kind="inet")
        if connection.status == psutil.CONN_LISTEN
    }
    assert ports == set(load_ports(up.layout.ports).values())


def test_the_kubeconfig_has_one_context_named_lab_and_is_private(up: Cli) -> None:
    content = yaml.safe_load(up.state.kubeconfig.read_text())
    assert content["current-context"] == "lab"
    assert [context["name"] for context in content["contexts"]] == ["lab"]
    assert up.state.kubeconfig.stat().st_mode & 0o777 == 0o600


def test_exec_passes_the_exit_code_on(up: Cli) -> None:
    process = up.start("exec", "--", "sh", "-c", "exit 7")
    process.communicate(timeout=30)
    assert process.returncode == 7


def test_a_lab_whose_processes_were_all_killed_comes_back_with_its_data_and_ports(up: Cli) -> None:
    up.kubectl("create", "namespace", "survivor")
    ports = load_ports(up.layout.ports)
    up.kill(*COMPONENTS)
    assert "not running" in up.start("status").communicate(timeout=30)[0]
    assert "bringing the cluster back" in up("up")
    assert up.kubectl("get", "namespace", "survivor", "-o", "name") == "namespace/survivor"
    assert load_ports(up.layout.ports) == ports


def test_nodes_work_at_once_after_a_recovery(up: Cli) -> None:
    up.kubectl("run", "pod", "--image=none")
    up.kubectl("wait", "--for=condition=Ready", "pod/pod", "--timeout=20s")
    up.kubectl("delete", "pod", "pod", "--timeout=10s")


@pytest.mark.parametrize("victim", ["kwok-controller", "etcd"])
def test_a_lab_that_lost_one_process_comes_back_whole(victim: str, up: Cli) -> None:
    up.kill(victim)
    up("up")
    assert set(up.pids()) == set(COMPONENTS)
    assert up.kubectl("get", "namespace", "survivor", "-o", "name") == "namespace/survivor"


def test_a_port_that_somebody_took_after_a_crash_is_replaced(up: Cli) -> None:
    ports = load_ports(up.layout.ports)
    up.kill(*COMPONENTS)
    with socket.socket() as squatter:
        squatter.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        # The threads of a killed process may hold its sockets a moment longer than itself.
        until(lambda: binds(squatter, ports["kubeApiserverPort"]))
        squatter.listen()
        up("up")
        assert load_ports(up.layout.ports)["kubeApiserverPort"] != ports["kubeApiserverPort"]
        assert up.kubectl("get", "namespace", "survivor", "-o", "name") == "namespace/survivor"


def test_a_process_id_that_now_belongs_to_somebody_else_is_left_alone(up: Cli) -> None:
    up.kill("kube-scheduler")
    with subprocess.Popen(["sleep", "60"]) as stranger:
        pid_file = up.layout.work / "pids" / "kube-scheduler.pid"
        pid_file.write_text(str(stranger.pid))
        up("up")
        assert stranger.poll() is None
        assert up.pids()["kube-scheduler"] != stranger.pid
        stranger.kill()


def test_down_ends_what_a_killed_pulumi_left_running(up: Cli, tmp_path: Path) -> None:
    (tmp_path / "Pulumi.yaml").write_text("name: hangs\nruntime: python\n")
    (tmp_path / "__main__.py").write_text("import time\ntime.sleep(600)\n")
    up("exec", "--", "pulumi", "--cwd", str(tmp_path), "stack", "init", "dev")
    preview = up.start("exec", "--", "pulumi", "--cwd", str(tmp_path), "preview")
    until(lambda: len(engine_processes(up.state)) > 2)  # pulumi, its language host, the program
    left = [process for process in engine_processes(up.state) if process.pid != preview.pid]
    preview.kill()
    preview.communicate(timeout=30)
    up("down")
    assert all(ended(process) for process in left)
    assert not engine_processes(up.state)


def test_down_leaves_no_process_and_no_file_and_the_home_was_never_touched(up: Cli) -> None:
    processes = [psutil.Process(pid) for pid in up.pids().values()]
    up("down")
    assert not up.state.root.exists()
    assert all(ended(process) for process in processes)
    up("down")
    assert not list(up.home.rglob("*"))


def test_two_labs_started_at_once_become_one(lab_cli: Cli) -> None:
    both = [lab_cli.start("up"), lab_cli.start("up")]
    said = [process.communicate(timeout=120)[0] for process in both]
    assert [process.returncode for process in both] == [0, 0], said
    assert sum("waiting for process" in text for text in said) == 1
    assert sum("starting a new cluster" in text for text in said) == 1
    assert set(lab_cli.pids()) == set(COMPONENTS)


def test_down_works_after_a_crash(up: Cli) -> None:
    up.kill("kube-apiserver", "etcd")
    up("down")
    assert not up.pids()
    assert not up.state.root.exists()


@pytest.mark.parametrize("signum", [signal.SIGINT, signal.SIGKILL])
def test_a_start_that_was_cut_off_in_the_middle_is_carried_on(
    signum: signal.Signals, lab_cli: Cli
) -> None:
    lab_cli("down")
    process = lab_cli.start("up")
    until(lambda: "etcd" in lab_cli.pids())  # in the middle: the database runs, nothing is ready
    process.send_signal(signum)
    said = process.communicate(timeout=60)[0]
    if signum is signal.SIGINT:
        assert process.returncode == 130
        assert said.splitlines()[-1] == "interrupted; the same command carries on from here"
    assert "starting a new cluster" in lab_cli("up")
    assert lab_cli.kubectl("get", "node", "lab-node-0", "-o", "name") == "node/lab-node-0"
