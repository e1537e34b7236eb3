import re
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from hoheit_lab.toolchain import programs
from hoheit_lab.toolchain.programs import CLUSTER_PROGRAMS, GROUPS, PROGRAMS, Group

every_group = pytest.mark.parametrize("group", GROUPS, ids=lambda group: group.name)


@every_group
def test_go_mod_pins_the_version_that_the_lab_claims_to_build(group: Group) -> None:
    go_mod = (group.module_dir / "go.mod").read_text()
    for package in group.packages.values():
        assert re.search(rf"^\s*(tool )?{re.escape(package)}$", go_mod, re.MULTILINE), package
        pins = re.findall(r"^(?:require)?\s*(\S+) (v\S+)", go_mod, re.MULTILINE)
        versions = [pin for module, pin in pins if f"{package}/".startswith(f"{module}/")]
        assert versions == [group.version]


@every_group
def test_every_pinned_module_has_its_checksum(group: Group) -> None:
    go_mod = (group.module_dir / "go.mod").read_text()
    replaced = dict(re.findall(r"^(?:replace )?\s*(\S+) => \S+ (v\S+)$", go_mod, re.MULTILINE))
    pins = dict(re.findall(r"^(?:require)?\s+(\S+) (v\S+)", go_mod, re.MULTILINE))
    pins |= {module: replaced[module] for module in pins.keys() & replaced.keys()}
    sums = (group.module_dir / "go.sum").read_text()
    assert pins
    missing = [module for module, pin in pins.items() if f"{module} {pin}/go.mod h1:" not in sums]
    assert missing == []


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


@pytest.mark.parametrize("changed", ["go.mod", "go.sum"])
def test_a_changed_pin_is_another_place_in_the_cache(
    changed: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    group = PROGRAMS["etcd"].group
    before = group.cache_name
    shutil.copytree(programs.MODULES, tmp_path / "modules")
    monkeypatch.setattr(programs, "MODULES", tmp_path / "modules")
    assert replace(group).cache_name == before
    file = tmp_path / "modules" / "etcd" / changed
    file.write_text(file.read_text() + "\n")
    assert replace(group).cache_name != before


def test_changed_flags_are_another_place_in_the_cache() -> None:
    group = PROGRAMS["etcd"].group
    assert replace(group, tags=("other",)).cache_name != group.cache_name
