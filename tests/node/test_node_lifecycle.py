"""A real node comes and goes, and the host is what it was.

The tests run in order on one state directory: each finds the lab as the one before left it.
"""

import os
import signal
import stat
import subprocess
import sys
from collections.abc import Generator, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import psutil
import pytest
from hoheit_lab import lab as hoheit_lab
from hoheit_lab import node
from hoheit_lab.cli import main
from hoheit_lab.node import cgroups, mounts, tree
from hoheit_lab.node.layout import NodeLayout
from hoheit_lab.paths import StateDir
from node.conftest import require_node
from support.waiting import until

SETTINGS = ("kernel/panic", "vm/overcommit_memory", "net/ipv4/ip_forward")
FIXED_PLACES = ("/var/lib/kubelet", "/var/log/pods", "/var/log/containers", "/run/cni", "/etc/cni")

NAMESPACES = ("mnt", "net", "pid", "ipc", "uts", "cgroup")

pytestmark = pytest.mark.xdist_group("real-node-lifecycle")


@pytest.fixture(scope="module")
def state(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StateDir]:
    found = StateDir.at(tmp_path_factory.mktemp("node-lifecycle") / "state")
    require_node(found)
    yield found
    hoheit_lab.down(found)


@pytest.fixture(scope="module")
def disk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A file system of the host beside its root, which is there before the node."""
    place = tmp_path_factory.mktemp("another disk")
    run("mount", "-t", "tmpfs", "tmpfs", str(place))
    yield place
    run("umount", str(place))


@pytest.fixture(scope="module")
def before() -> dict[str, object]:
    return host()


def host() -> dict[str, object]:
    """What of the host a node could change, and everybody would see, but for its own link."""
    routes = Path("/proc/net/route").read_text().splitlines()
    mounted = Path("/proc/self/mountinfo").read_text().splitlines()
    covered = (Path("/"), Path("/sys/fs/cgroup"), *mounts.UNUSABLE)
    return {
        "settings": {name: Path("/proc/sys", name).read_text() for name in SETTINGS},
        "places": {place: Path(place).exists() for place in FIXED_PLACES},
        "routes": [line for line in routes if not line.startswith("lab-")],
        "mounts": [line for line in mounted if mounts.mount_point(line) in covered],
        "packet filter": run("nft", "list", "ruleset"),
    }


def run(*words: str) -> str:
    return subprocess.run(words, capture_output=True, text=True, check=True).stdout


def begin(state: StateDir, *words: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "hoheit_lab", "--state", str(state.root), *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def lab(state: StateDir, *words: str) -> str:
    process = begin(state, *words)
    said = process.communicate(timeout=180)[0]
    assert process.returncode == 0, said
    return said


def traces(state: StateDir, namespaces: set[str]) -> list[str]:
    """Whatever a node of this lab has on the host."""
    layout = NodeLayout(state)
    found = [str(process) for process in tree.outside(layout) + tree.inside(layout)]
    found += [str(path) for path in Path("/sys/class/net").iterdir() if path.name == layout.link]
    found += [
        str(hierarchy.mount / layout.cgroup)
        for hierarchy in cgroups.of_this_machine()
        if (hierarchy.mount / layout.cgroup).exists()
    ]
    mounted = Path("/proc/self/mountinfo").read_text().splitlines()
    found += [line for line in mounted if str(state.root) in line]
    return found + [f"namespace {each}" for each in namespaces & namespaces_in_use()]


def namespaces_of(process: int) -> set[str]:
    return {str(Path(f"/proc/{process}/ns/{kind}").readlink()) for kind in NAMESPACES}


def namespaces_in_use() -> set[str]:
    found: set[str] = set()
    for process in psutil.pids():
        try:
            found |= namespaces_of(process)
        except OSError:  # it has ended meanwhile
            continue
    return found


def namespaces(state: StateDir) -> set[str]:
    """The namespaces that only the node has."""
    first = tree.pid_one(NodeLayout(state))
    assert first is not None
    return namespaces_of(first.pid) - namespaces_of(os.getpid())


@contextmanager
def held(state: StateDir) -> Generator[set[str]]:
    """The same, kept from giving their numbers to others who are at work on this machine."""
    first = tree.pid_one(NodeLayout(state))
    assert first is not None
    with ExitStack() as files:
        for kind in NAMESPACES:
            files.enter_context(Path(f"/proc/{first.pid}/ns/{kind}").open("rb"))
        yield namespaces(state)


def test_without_root_the_simulated_lab_comes_up_and_the_last_line_says_what_is_missing(
    state: StateDir, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    handler = signal.getsignal(signal.SIGTERM)
    try:
        assert main(["--state", str(state.root), "up", "--real"]) == 0
    finally:
        signal.signal(signal.SIGTERM, handler)
    assert capsys.readouterr().err.splitlines()[-1] == (
        "lab: NO REAL NODE: a real node needs root: run the same command as root (sudo)"
    )
    assert hoheit_lab.status(state) == hoheit_lab.Status(True, hoheit_lab.status(state).engine)


@pytest.mark.usefixtures("disk")
def test_a_simulated_lab_gets_a_real_node_and_keeps_what_it_has(
    state: StateDir, before: dict[str, object]
) -> None:
    lab(state, "exec", "--", "kubectl", "create", "namespace", "survivor")
    assert "SIMULATED nodes and a real one" in lab(state, "up", "--real")
    lab(state, "exec", "--", "kubectl", "get", "namespace", "survivor")
    assert f"real node: {node.NODE_NAME}, running" in lab(state, "status")
    assert host() == before


def test_the_node_has_every_namespace_for_itself(state: StateDir) -> None:
    assert len(namespaces(state)) == 6


def test_the_node_changes_no_file_of_the_host_beside_its_state(state: StateDir, disk: Path) -> None:
    first = tree.pid_one(NodeLayout(state))
    assert first is not None
    for place in (Path("/etc"), Path("/usr"), disk):
        with pytest.raises(OSError, match="Read-only file system"):
            Path(f"/proc/{first.pid}/root{place}/written").touch()


def test_nobody_else_on_the_machine_reads_what_the_node_keeps(state: StateDir) -> None:
    layout = NodeLayout(state)
    for directory in (layout.root, layout.logs):
        assert stat.S_IMODE(directory.stat().st_mode) == 0o700


def test_up_again_leaves_a_running_node_alone(state: StateDir) -> None:
    pids = {name: process.pid for name, process in node.processes(state).items()}
    lab(state, "up", "--real")
    lab(state, "up")
    assert {name: process.pid for name, process in node.processes(state).items()} == pids


def test_two_starts_at_once_become_one_node(state: StateDir) -> None:
    node.power_cut(state)
    both = [begin(state, "up", "--real"), begin(state, "up", "--real")]
    said = [process.communicate(timeout=180)[0] for process in both]
    assert [process.returncode for process in both] == [0, 0], said
    assert sum("waiting for process" in text for text in said) == 1
    assert sum("real node: starting" in text for text in said) == 1


def test_down_leaves_nothing_of_a_running_node(state: StateDir, before: dict[str, object]) -> None:
    with held(state) as own:
        lab(state, "down")
        assert traces(state, own) == []
    assert not state.root.exists()
    assert host() == before


@pytest.mark.parametrize("moment", ["boot", "containerd", "kubelet"])
def test_a_start_that_was_killed_is_cleared_by_the_next(moment: str, state: StateDir) -> None:
    node.stop(state)
    process = begin(state, "up", "--real")
    if moment == "boot":
        until(lambda: tree.pid_one(NodeLayout(state)) is not None)
    else:
        until(lambda: moment in node.processes(state))
    process.send_signal(signal.SIGKILL)
    process.communicate(timeout=60)
    assert "real node: starting" in lab(state, "up", "--real")
    assert node.is_running(state)


def test_down_leaves_nothing_after_the_nodes_pid_one_was_killed(state: StateDir) -> None:
    lab(state, "up", "--real")
    with held(state) as own:
        node.power_cut(state)
        lab(state, "down")
        assert traces(state, own) == []
    assert not state.root.exists()


def test_down_leaves_nothing_after_everything_was_killed(
    state: StateDir, before: dict[str, object]
) -> None:
    lab(state, "up", "--real")
    layout = NodeLayout(state)
    with held(state) as own:
        for process in [*tree.inside(layout), *tree.outside(layout)]:
            with suppress(psutil.NoSuchProcess):  # it went with PID 1
                process.kill()
        lab(state, "down")
        assert traces(state, own) == []
    assert host() == before
