"""A machine that cannot be a node is told in one sentence what it lacks, and the way out."""

import os
import sys
from pathlib import Path
from types import SimpleNamespace

import psutil
import pytest
from hoheit_lab.node import cgroups, machine, requirements
from hoheit_lab.node.cgroups import Hierarchy
from hoheit_lab.node.requirements import Room, missing
from hoheit_lab.paths import StateDir

V2 = [Hierarchy(Path("/sys/fs/cgroup"), ())]


@pytest.fixture
def able(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> StateDir:
    """A machine that has everything."""
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(machine, "missing", list)
    monkeypatch.setattr(cgroups, "of_this_machine", lambda: V2)
    monkeypatch.setattr(Path, "read_text", lambda _: "cpu memory pids")
    monkeypatch.setattr(os, "access", lambda *_: True)
    monkeypatch.setattr(requirements, "_fails", lambda _: None)
    monkeypatch.setattr(psutil, "virtual_memory", lambda: SimpleNamespace(available=2**34))
    monkeypatch.setattr(requirements.shutil, "disk_usage", lambda _: SimpleNamespace(free=2**36))
    return StateDir.at(tmp_path / "state")


def test_a_machine_that_has_everything_can_be_a_node(able: StateDir) -> None:
    assert missing(able) is None


def test_only_root_can_make_a_node(able: StateDir, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    assert missing(able) == "a real node needs root: run the same command as root (sudo)"


def test_another_system_than_linux_is_named(
    able: StateDir, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "platform", "darwin")
    assert missing(able) == "a real node needs Linux, and this is another system"


def test_missing_programs_are_named_with_the_command_that_installs_them(
    able: StateDir, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(machine, "missing", lambda: ["containerd", "nftables", "runc"])
    assert missing(able) == (
        "a real node needs containerd, nftables and runc: "
        "apt-get install --no-install-recommends containerd nftables runc"
    )


def test_every_program_that_is_not_found_names_its_package(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    found = {"ip", "mkfs.ext4", "mount", "nsenter", "unshare"}
    monkeypatch.setattr(machine, "find", lambda name: name if name in found else None)
    assert machine.missing() == ["containerd", "haproxy", "nftables", "runc"]


def test_v1_without_a_controller_says_how_to_get_it(
    able: StateDir, monkeypatch: pytest.MonkeyPatch
) -> None:
    every = [name for name in cgroups.V1_CONTROLLERS if name != "memory"]
    found = [Hierarchy(Path("/sys/fs/cgroup") / name, (name,)) for name in every]
    monkeypatch.setattr(cgroups, "of_this_machine", lambda: found)
    sentence = missing(able)
    assert sentence is not None
    assert sentence.startswith("no cgroup hierarchy with memory is mounted below /sys/fs/cgroup")
    assert "cgroupfs-mount" in sentence


def test_v2_that_keeps_a_controller_says_which_file_hands_it_on(
    able: StateDir, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Path, "read_text", lambda _: "memory")
    assert missing(able) == (
        "cgroup v2 does not hand on cpu and pids: "
        "echo '+cpu +pids' > /sys/fs/cgroup/cgroup.subtree_control"
    )


def test_cgroups_that_cannot_be_made_are_named_with_the_way_out(
    able: StateDir, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "access", lambda *_: False)
    assert missing(able) == (
        "cgroups cannot be made below /sys/fs/cgroup: in a container, give it all privileges, "
        "for example docker run --privileged"
    )


@pytest.mark.parametrize(
    ("refused", "way_out"),
    [
        ("--fork", "docker run --privileged"),
        ("overlay", "modprobe overlay"),
        ("veth", "modprobe veth"),
        ("nft", "modprobe nf_tables"),
    ],
)
def test_what_the_kernel_refuses_is_said_in_its_words_with_a_way_out(
    able: StateDir, monkeypatch: pytest.MonkeyPatch, refused: str, way_out: str
) -> None:
    monkeypatch.setattr(
        requirements,
        "_fails",
        lambda words: "Operation not permitted" if refused in words else None,
    )
    sentence = missing(able)
    assert sentence is not None
    assert "(Operation not permitted)" in sentence
    assert way_out in sentence


def test_too_little_memory_says_how_much_is_needed(
    able: StateDir, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(psutil, "virtual_memory", lambda: SimpleNamespace(available=300 * 2**20))
    assert missing(able) == (
        "a real node and what is to run on it need 1024 MiB of memory, and 300 MiB are free: end "
        "what takes the rest"
    )


def test_too_little_disk_says_how_much_is_needed_and_where(
    able: StateDir, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        requirements.shutil, "disk_usage", lambda _: SimpleNamespace(free=5 * 2**20)
    )
    assert missing(able) == (
        f"a real node and what is to run on it need 2048 MiB of disk, and {able.root} has 5 left: "
        "make room, or choose another place with --state"
    )


@pytest.mark.parametrize("more", [{"memory_mib": 2**15}, {"disk_mib": 2**17}])
def test_a_stack_that_needs_more_than_there_is_is_refused_with_its_need(
    able: StateDir, more: dict[str, int]
) -> None:
    assert missing(able) is None
    (need,) = more.values()
    assert f"need {need} MiB of " in str(missing(able, Room(**more)))


@pytest.mark.usefixtures("able")
def test_a_state_directory_where_the_node_has_its_own_files_is_refused() -> None:
    sentence = missing(StateDir(Path("/var/lib/jenkins/lab")))
    assert sentence is not None
    assert sentence.startswith("the state directory /var/lib/jenkins/lab lies below /var/lib")
    assert "--state" in sentence


def test_a_probe_asks_this_kernel_and_hears_its_reason() -> None:
    assert requirements._fails(["true"]) is None
    with_reason = ["sh", "-c", "echo first >&2; echo no such right >&2; exit 3"]
    assert requirements._fails(with_reason) == "no such right"
