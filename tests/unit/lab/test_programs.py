import re
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from hoheit_lab.toolchain import programs
from hoheit_lab.toolchain.programs import (
    CLUSTER_PROGRAMS,
    GROUPS,
    NODE_PROGRAMS,
    PROGRAMS,
    Group,
)

every_group = pytest.mark.parametrize("group", GROUPS, ids=lambda group: group.name)
OURS = [group for group in GROUPS if list(group.module_dir.glob("*.go"))]
every_published_group = pytest.mark.parametrize(
    "group", [group for group in GROUPS if group not in OURS], ids=lambda group: group.name
)


@every_published_group
def test_go_mod_pins_the_version_that_the_lab_claims_to_build(group: Group) -> None:
    go_mod = (group.module_dir / "go.mod").read_text()
    for package in group.packages.values():
        assert re.search(rf"^\s*(tool )?{re.escape(package)}$", go_mod, re.MULTILINE), package
        pins = re.findall(r"^(?:require)?\s*(\S+) (v\S+)", go_mod, re.MULTILINE)
        versions = [pin for module, pin in pins if f"{package}/".startswith(f"{module}/")]
        assert versions == [group.version]


@every_published_group
def test_every_pinned_module_has_its_checksum(group: Group) -> None:
    go_mod = (group.module_dir / "go.mod").read_text()
    replaced = dict(re.findall(r"^(?:replace )?\s*(\S+) => \S+ (v\S+)$", go_mod, re.MULTILINE))
    pins = dict(re.findall(r"^(?:require)?\s+(\S+) (v\S+)", go_mod, re.MULTILINE))
    pins |= {module: replaced[module] for module in pins.keys() & replaced.keys()}
    sums = (group.module_dir / "go.sum").read_text()
    assert pins
    missing = [module for module, pin in pins.items() if f"{module} {pin}/go.mod h1:" not in sums]
    assert missing == []


@pytest.mark.parametrize("group", OURS, ids=lambda group: group.name)
def test_a_program_of_our_own_needs_no_module_of_others(group: Group) -> None:
    assert "require" not in (group.module_dir / "go.mod").read_text()
    assert (group.module_dir / "go.sum").read_text() == ""


@every_group
def test_a_build_never_completes_go_mod_by_itself(group: Group) -> None:
    assert "-mod=readonly" in group.flags


def test_pulumi_carries_its_version_because_its_automation_api_parses_it() -> None:
    group = PROGRAMS["pulumi"].group
    assert f"version.Version={group.version}" in group.flags[-1]


def test_servers_for_tests_are_not_part_of_a_lab() -> None:
    for name in ("versitygw", "prometheus", "promtool", "alertmanager", "amtool"):
        assert name in PROGRAMS
        assert name not in CLUSTER_PROGRAMS


def test_the_lab_builds_all_that_a_real_node_runs_and_only_for_one_that_has_it() -> None:
    assert set(NODE_PROGRAMS) <= set(PROGRAMS)
    assert not set(NODE_PROGRAMS) & set(CLUSTER_PROGRAMS)
    node, cluster = PROGRAMS["kubelet"].group, PROGRAMS["kube-apiserver"].group
    assert node.version == cluster.version


def test_plugins_of_a_real_node_share_one_directory_because_containerd_looks_in_one() -> None:
    plugins = ("ptp", "host-local", "loopback", "portmap")
    assert len({PROGRAMS[name].group for name in plugins}) == 1


@pytest.mark.parametrize(
    ("name", "changed"), [("etcd", "go.mod"), ("etcd", "go.sum"), ("pause", "main.go")]
)
def test_a_changed_pin_or_source_is_another_place_in_the_cache(
    name: str, changed: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    group = PROGRAMS[name].group
    before = group.cache_name
    shutil.copytree(programs.MODULES, tmp_path / "modules")
    monkeypatch.setattr(programs, "MODULES", tmp_path / "modules")
    assert replace(group).cache_name == before
    file = tmp_path / "modules" / name / changed
    file.write_text(file.read_text() + "\n")
    assert replace(group).cache_name != before


def test_changed_flags_are_another_place_in_the_cache() -> None:
    group = PROGRAMS["etcd"].group
    assert replace(group, tags=("other",)).cache_name != group.cache_name
