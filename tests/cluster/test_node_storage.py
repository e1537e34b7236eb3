"""The provisioner of the real node, with a simulated node in its place: nothing mounts here.

Claims, volumes, scheduler and controllers are the real ones; so are directories and file systems.
"""

import errno
import os
import shutil
import stat
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil
import pytest
from hoheit_lab.cluster import api_of
from hoheit_lab.node.layout import NodeLayout
from hoheit_lab.node.storage import CLASS, SIZED_CLASS, apply_storage
from support.environments import missing
from support.lab import Lab
from support.waiting import until

Object = dict[str, Any]
NODE = "storage-0"
MIB = 2**20
AT_ONCE = ("--grace-period=0", "--force")


@dataclass
class Program:
    """The provisioner as a process, in a mount namespace of its own as on a node."""

    lab: Lab
    node: str
    log: Path
    started: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def start(self) -> None:
        state = str(self.lab.state.root)
        command = [sys.executable, "-m", "hoheit_lab.node.storage", "--state", state]
        with self.log.open("ab") as output:
            self.started.append(
                subprocess.Popen(
                    ["unshare", "--mount", *command, "--node", self.node],
                    stdout=output,
                    stderr=output,
                )
            )

    def kill(self) -> None:
        """End it as a power cut does: its mounts go with it."""
        self.started[-1].kill()
        self.started[-1].wait()

    def sees(self, path: Path) -> Path:
        """Return a path under which this test finds what the program finds at ``path``."""
        return Path(f"/proc/{self.started[-1].pid}/root{path}")


@pytest.fixture(scope="module")
def node(lab: Lab) -> Iterator[str]:
    if os.geteuid() != 0 or shutil.which("unshare") is None:
        missing("a mount namespace takes root and unshare: sudo apt-get install util-linux")
    labels = {"hoheit-lab/node": "real", "kubernetes.io/hostname": NODE, "type": "kwok"}
    metadata = {"name": NODE, "labels": labels, "annotations": {"kwok.x-k8s.io/node": "fake"}}
    lab.apply({"apiVersion": "v1", "kind": "Node", "metadata": metadata})
    apply_storage(api_of(lab.state))
    yield NODE
    lab.kubectl("delete", "node", NODE)
    lab.kubectl("delete", "storageclass", CLASS, SIZED_CLASS)


@pytest.fixture(scope="module")
def program(lab: Lab, node: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Program]:
    running = Program(lab, node, tmp_path_factory.mktemp("storage") / "log")
    running.start()
    yield running
    running.kill()


@pytest.fixture
def namespace(program: Program, request: pytest.FixtureRequest) -> Iterator[str]:
    lab, name = program.lab, f"storage-{abs(hash(request.node.name)) % 10**8}"
    lab.kubectl("create", "namespace", name)
    yield name
    lab.kubectl("delete", "pods", "--all", "-n", name, *AT_ONCE)
    lab.kubectl("delete", "pvc", "--all", "-n", name)
    until(lambda: not volumes_of(lab, name))
    lab.kubectl("delete", "namespace", name, "--wait=false")  # takes the controller 5 s or more


def claim(namespace: str, name: str, storage_class: str = CLASS, **spec: Any) -> Object:
    return {
        "apiVersion": "v1",
        "kind": "PersistentVolumeClaim",
        "metadata": {"name": name, "namespace": namespace},
        "spec": {
            "accessModes": ["ReadWriteOnce"],
            "resources": {"requests": {"storage": "64Mi"}},
            "storageClassName": storage_class,
            **spec,
        },
    }


def pod(namespace: str, of: str, device: bool = False) -> Object:
    use = (
        {"volumeDevices": [{"name": "data", "devicePath": "/dev/data"}]}
        if device
        else {"volumeMounts": [{"name": "data", "mountPath": "/data"}]}
    )
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": of, "namespace": namespace},
        "spec": {
            "containers": [{"name": "main", "image": "none", **use}],
            "volumes": [{"name": "data", "persistentVolumeClaim": {"claimName": of}}],
        },
    }


def use(lab: Lab, namespace: str, name: str, storage_class: str = CLASS) -> None:
    lab.apply(claim(namespace, name, storage_class), pod(namespace, name))


def bound(lab: Lab, namespace: str, name: str) -> Object:
    """Wait until a claim has a volume and return that."""

    def phase() -> str:
        path = f"/api/v1/namespaces/{namespace}/persistentvolumeclaims/{name}"
        return api_of(lab.state).get(path)["status"]["phase"]

    until(lambda: phase() == "Bound")
    (volume,) = [
        one
        for one in volumes_of(lab, namespace)
        if one["spec"]["claimRef"]["name"] == name and one["status"]["phase"] == "Bound"
    ]
    return volume


def volumes_of(lab: Lab, namespace: str) -> list[Object]:
    found = api_of(lab.state).get("/api/v1/persistentvolumes")["items"]
    return [one for one in found if one["spec"]["claimRef"]["namespace"] == namespace]


def path_of(volume: Object) -> Path:
    return Path(volume["spec"]["local"]["path"])


def release(lab: Lab, namespace: str, name: str) -> None:
    lab.kubectl("delete", "pod", name, "-n", namespace, *AT_ONCE)
    lab.kubectl("delete", "pvc", name, "-n", namespace)


def mib_until_full(directory: Path) -> int:
    """Write until the disk is full and return how much that was."""
    for number in range(1024):
        try:
            (directory / str(number)).write_bytes(bytes(MIB))
        except OSError as problem:
            if problem.errno == errno.ENOSPC:
                return number
            raise
    raise AssertionError("1 GiB did not fill it")


def test_a_claim_gets_a_directory_and_its_pod_goes_to_the_node(lab: Lab, namespace: str) -> None:
    use(lab, namespace, "data")
    volume = bound(lab, namespace, "data")
    directory = NodeLayout(lab.state).volumes / volume["metadata"]["name"]
    assert path_of(volume) == directory
    assert stat.S_IMODE(directory.stat().st_mode) == 0o777
    pod_path = f"/api/v1/namespaces/{namespace}/pods/data"
    until(lambda: api_of(lab.state).get(pod_path)["spec"].get("nodeName") == NODE)


def test_a_claim_that_no_pod_uses_waits(lab: Lab, namespace: str) -> None:
    lab.apply(claim(namespace, "unused"))
    use(lab, namespace, "data")
    bound(lab, namespace, "data")
    assert [one["spec"]["claimRef"]["name"] for one in volumes_of(lab, namespace)] == ["data"]


def test_directory_and_volume_go_with_their_claim(lab: Lab, namespace: str) -> None:
    use(lab, namespace, "data")
    directory = path_of(bound(lab, namespace, "data"))
    (directory / "file").write_text("data")
    release(lab, namespace, "data")
    until(lambda: not volumes_of(lab, namespace))
    assert not directory.exists()


def test_a_volume_that_is_to_be_retained_keeps_its_data(lab: Lab, namespace: str) -> None:
    use(lab, namespace, "kept")
    volume = bound(lab, namespace, "kept")
    name, directory = volume["metadata"]["name"], path_of(volume)
    (directory / "file").write_text("data")
    retain = '{"spec": {"persistentVolumeReclaimPolicy": "Retain"}}'
    lab.kubectl("patch", "pv", name, "-p", retain)
    release(lab, namespace, "kept")
    use(lab, namespace, "gone")  # once this one has come and gone, the other was looked at too
    bound(lab, namespace, "gone")
    release(lab, namespace, "gone")
    until(lambda: len(volumes_of(lab, namespace)) == 1)
    (left,) = volumes_of(lab, namespace)
    assert (left["metadata"]["name"], left["status"]["phase"]) == (name, "Released")
    assert (directory / "file").read_text() == "data"
    lab.kubectl("delete", "pv", name)
    shutil.rmtree(directory)


def test_what_was_asked_while_the_program_was_down_is_done_at_its_start(
    lab: Lab, program: Program, namespace: str
) -> None:
    use(lab, namespace, "old")
    old = path_of(bound(lab, namespace, "old"))
    program.kill()
    release(lab, namespace, "old")
    use(lab, namespace, "new")
    program.start()
    assert path_of(bound(lab, namespace, "new")).is_dir()
    until(lambda: not old.exists())


def test_a_start_changes_no_volume_that_is_there(
    lab: Lab, program: Program, namespace: str
) -> None:
    use(lab, namespace, "data")
    before = bound(lab, namespace, "data")
    (path_of(before) / "file").write_text("data")
    program.kill()
    program.start()
    use(lab, namespace, "later")
    bound(lab, namespace, "later")
    assert bound(lab, namespace, "data") == before
    assert (path_of(before) / "file").read_text() == "data"


def test_a_sized_volume_is_full_at_its_size_and_takes_no_other_space(
    lab: Lab, program: Program, namespace: str
) -> None:
    use(lab, namespace, "data", SIZED_CLASS)
    directory = path_of(bound(lab, namespace, "data"))
    inside = program.sees(directory)
    assert list(inside.iterdir()) == []
    assert 48 < mib_until_full(inside) < 64


def test_a_sized_volume_is_there_again_after_a_power_cut(
    lab: Lab, program: Program, namespace: str
) -> None:
    use(lab, namespace, "data", SIZED_CLASS)
    directory = path_of(bound(lab, namespace, "data"))
    (program.sees(directory) / "file").write_text("data")
    program.kill()
    assert not directory.exists()  # so no pod writes beside its volume meanwhile
    program.start()
    until((program.sees(directory) / "file").exists)
    assert (program.sees(directory) / "file").read_text() == "data"


def test_a_sized_volume_leaves_no_mount_and_no_file(
    lab: Lab, program: Program, namespace: str
) -> None:
    use(lab, namespace, "data", SIZED_CLASS)
    name = bound(lab, namespace, "data")["metadata"]["name"]
    release(lab, namespace, "data")
    until(lambda: not volumes_of(lab, namespace))
    mounts = Path(f"/proc/{program.started[-1].pid}/mountinfo").read_text()
    assert name not in mounts
    assert [file for file in NodeLayout(lab.state).volumes.iterdir() if name in file.name] == []


def test_a_claim_that_cannot_be_served_says_why_where_its_user_looks(
    lab: Lab, program: Program, namespace: str
) -> None:
    lab.apply(claim(namespace, "disk", volumeMode="Block"), pod(namespace, "disk", device=True))

    def said() -> list[str]:
        events = api_of(lab.state).get(f"/api/v1/namespaces/{namespace}/events")["items"]
        return [one["message"] for one in events if one["reason"] == "ProvisioningFailed"]

    until(lambda: bool(said()))
    assert said() == ["volumeMode Block: the lab's node has directories, no devices"]
    assert psutil.pid_exists(program.started[-1].pid)
    use(lab, namespace, "data")
    bound(lab, namespace, "data")
