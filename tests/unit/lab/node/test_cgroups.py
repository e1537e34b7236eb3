from pathlib import Path

import pytest
from hoheit_lab.node import cgroups
from hoheit_lab.node.cgroups import Hierarchy, hierarchies, missing_controllers

V1 = """\
22 20 0:19 / /sys rw,relatime - sysfs sysfs rw
23 22 0:20 / /sys/fs/cgroup rw - tmpfs tmpfs rw,mode=755
24 23 0:21 / /sys/fs/cgroup/cpu,cpuacct rw - cgroup cgroup rw,cpu,cpuacct
25 23 0:22 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory
26 23 0:23 / /sys/fs/cgroup/systemd rw - cgroup cgroup rw,xattr,name=systemd
27 23 0:24 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw
28 20 0:21 / /somewhere/else/cpu rw - cgroup cgroup rw,cpu,cpuacct
"""
V2 = "30 22 0:26 / /sys/fs/cgroup rw,nosuid shared:9 - cgroup2 cgroup2 rw,nsdelegate\n"


def test_on_a_hybrid_host_the_hierarchies_of_v1_count() -> None:
    root = Path("/sys/fs/cgroup")
    assert hierarchies(V1) == [
        Hierarchy(root / "cpu,cpuacct", ("cpu", "cpuacct")),
        Hierarchy(root / "memory", ("memory",)),
        Hierarchy(root / "systemd", ("name=systemd",)),
    ]


def test_where_v2_is_mounted_at_the_root_it_alone_counts() -> None:
    (found,) = hierarchies(V2)
    assert found.unified
    assert found.mount_command == ["mount", "-t", "cgroup2", "cgroup2", "/sys/fs/cgroup"]


def test_a_shared_hierarchy_is_mounted_once_and_found_by_each_controller() -> None:
    shared = hierarchies(V1)[0]
    assert shared.mount_command[3:5] == ["-o", "cpu,cpuacct"]
    assert [path.name for path in shared.aliases] == ["cpu", "cpuacct"]
    assert hierarchies(V1)[1].aliases == []


def test_a_hierarchy_without_controllers_is_mounted_by_its_name() -> None:
    assert "none,name=systemd" in hierarchies(V1)[2].mount_command


def test_v1_lacks_the_controllers_that_no_hierarchy_has() -> None:
    lacking = missing_controllers(hierarchies(V1), Path.read_text)
    assert lacking == ["cpuset", "devices", "freezer", "pids"]


@pytest.mark.parametrize(
    ("delegated", "lacking"),
    [("cpu io memory pids\n", []), ("memory pids\n", ["cpu"]), ("", ["cpu", "memory", "pids"])],
)
def test_v2_lacks_what_its_root_does_not_hand_on(delegated: str, lacking: list[str]) -> None:
    assert missing_controllers(hierarchies(V2), lambda _: delegated) == lacking


def test_in_v2_children_get_all_that_the_root_has(tmp_path: Path) -> None:
    (tmp_path / "cgroup.controllers").write_text("cpu memory pids\n")
    cgroups.delegate(tmp_path)
    assert (tmp_path / "cgroup.subtree_control").read_text() == "+cpu +memory +pids"


def test_in_v2_the_first_processes_leave_the_cgroup_that_gets_children(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cgroups, "of_this_machine", lambda: [Hierarchy(tmp_path, ())])
    (tmp_path / "node").mkdir()
    cgroups.join("node")
    cgroups.move_to_leaf("node", [41])
    assert (tmp_path / "node" / "supervisor" / "cgroup.procs").read_text() == "41"


def test_in_v1_a_new_cpuset_takes_over_what_its_parent_may_use(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "cpuset.cpus").write_text("0-1\n")
    (tmp_path / "cpuset.mems").write_text("0\n")
    monkeypatch.setattr(cgroups, "of_this_machine", lambda: [Hierarchy(tmp_path, ("cpuset",))])
    cgroups.join("node")
    assert (tmp_path / "node" / "cpuset.cpus").read_text() == "0-1\n"
    assert (tmp_path / "node" / "cgroup.procs").read_text() == "0"


def test_cgroups_go_from_the_inside_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cgroups, "of_this_machine", lambda: [Hierarchy(tmp_path, ("memory",))])
    (tmp_path / "node" / "kubepods" / "burstable" / "pod1").mkdir(parents=True)
    (tmp_path / "neighbour").mkdir()
    cgroups.remove("node")
    assert [path.name for path in tmp_path.iterdir()] == ["neighbour"]
