import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hoheit_lab import plugins
from hoheit_lab.environment import engine_environment, ensure_passphrase, full_environment
from hoheit_lab.errors import LabError
from hoheit_lab.paths import StateDir
from hoheit_lab.plugins import LANGUAGE_HOST, choose_engine, chosen_engine


@pytest.fixture
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> StateDir:
    monkeypatch.setenv("HOHEIT_LAB_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("PATH", str(tmp_path / "path"))
    monkeypatch.delenv("HOHEIT_LAB_PULUMI", raising=False)
    monkeypatch.setattr(
        plugins, "build", lambda names: {name: tmp_path / "built" / name for name in names}
    )
    state = StateDir.at(tmp_path / "lab")
    state.create()
    return state


def put(directory: Path, *names: str, body: str = "exit 0") -> None:
    directory.mkdir(parents=True, exist_ok=True)
    for name in names:
        (directory / name).write_text(f"#!/bin/sh\n{body}\n")
        (directory / name).chmod(0o755)


def launchers(state: StateDir) -> set[str]:
    return {path.name for path in state.bin.iterdir()}


def test_without_an_official_pulumi_everything_is_built_or_a_stand_in(
    state: StateDir, tmp_path: Path
) -> None:
    engine = choose_engine(state)
    assert not engine.official
    assert engine.pulumi == str(tmp_path / "built" / "pulumi")
    assert launchers(state) == {
        "pulumi",
        LANGUAGE_HOST,
        f"{LANGUAGE_HOST}-exec",
        "pulumi-resource-kubernetes",
        "pulumi-resource-random",
    }


@pytest.mark.parametrize("alone", ["pulumi", LANGUAGE_HOST])
def test_half_an_official_pulumi_is_none(alone: str, state: StateDir, tmp_path: Path) -> None:
    put(tmp_path / "path", alone)
    assert not choose_engine(state).official


def test_an_official_pulumi_with_official_plugins_has_no_stand_in_on_path(
    state: StateDir, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(tmp_path / "path", "pulumi", LANGUAGE_HOST)
    monkeypatch.setattr(plugins, "build", None)  # no Go is needed: nothing may be built
    engine = choose_engine(state)
    assert (engine.official, engine.stand_ins) == (True, ())
    assert launchers(state) == {"pulumi"}
    assert engine.describe() == "official pulumi; official plugins"


def test_a_plugin_that_cannot_be_had_is_replaced_alone_and_said_so(
    state: StateDir, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    refuse_random = '[ "$4" = random ] || exit 0; echo "no such host" >&2; exit 1'
    put(tmp_path / "path", "pulumi", LANGUAGE_HOST, body=refuse_random)
    assert choose_engine(state).stand_ins == ("random",)
    assert launchers(state) == {"pulumi", "pulumi-resource-random"}
    assert "the official plugin random cannot be had (no such host)" in capsys.readouterr().err


def test_a_stack_that_a_stand_in_made_stays_with_it(state: StateDir, tmp_path: Path) -> None:
    put(tmp_path / "path", "pulumi", LANGUAGE_HOST, body="exit 1")
    choose_engine(state)
    put(tmp_path / "path", "pulumi", LANGUAGE_HOST, body="exit 0")
    assert choose_engine(state).stand_ins == ("kubernetes", "random")


def test_stand_ins_can_be_asked_for(
    state: StateDir, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(tmp_path / "path", "pulumi", LANGUAGE_HOST)
    monkeypatch.setenv("HOHEIT_LAB_PULUMI", "standin")
    assert not choose_engine(state).official


def test_asking_for_an_official_pulumi_that_is_missing_is_refused(
    state: StateDir, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOHEIT_LAB_PULUMI", "official")
    with pytest.raises(LabError, match="not both on PATH; install Pulumi, or unset the variable"):
        choose_engine(state)
    monkeypatch.setenv("HOHEIT_LAB_PULUMI", "offical")
    with pytest.raises(LabError, match="it can be 'official' or 'standin'"):
        choose_engine(state)


def test_inside_exec_our_own_launchers_are_not_taken_for_official_ones(
    state: StateDir, monkeypatch: pytest.MonkeyPatch
) -> None:
    choose_engine(state)
    monkeypatch.setenv("PATH", engine_environment(state)["PATH"])
    assert not choose_engine(state).official


def test_a_module_of_the_users_program_does_not_shadow_the_labs(
    state: StateDir, tmp_path: Path
) -> None:
    choose_engine(state)
    (tmp_path / "json.py").write_text("raise SystemExit('shadowed')")
    done = subprocess.run(
        [state.bin / "pulumi", "version"],
        cwd=tmp_path,
        env={"HOHEIT_LAB_STATE": str(state.root)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert "shadowed" not in done.stderr


def test_without_a_lab_one_sentence_says_how_to_start_one(tmp_path: Path) -> None:
    with pytest.raises(LabError, match=r"there is no lab in .*; start it with `hoheit-lab up`"):
        chosen_engine(StateDir.at(tmp_path))


def test_the_environment_means_the_lab_and_nothing_of_the_users(
    state: StateDir, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PULUMI_CONFIG_PASSPHRASE", "the user's")
    monkeypatch.setenv("PULUMI_ACCESS_TOKEN", "the user's")
    monkeypatch.setenv("KUBECONFIG", "/home/user/.kube/config")
    monkeypatch.setenv("LANG", "de_DE.UTF-8")
    choose_engine(state)
    environment = full_environment(state)
    assert "PULUMI_CONFIG_PASSPHRASE" not in environment
    assert "PULUMI_ACCESS_TOKEN" not in environment
    assert environment["KUBECONFIG"] == str(state.kubeconfig)
    assert environment["PULUMI_BACKEND_URL"] == f"file://{state.pulumi_state}"
    assert environment["PULUMI_HOME"] == str(state.pulumi_home)
    assert environment["LANG"] == "de_DE.UTF-8"


def test_kubectl_comes_with_the_lab(state: StateDir) -> None:
    choose_engine(state)
    assert str(Path(sys.executable).parent) in engine_environment(state)["PATH"].split(os.pathsep)


def test_plugins_are_downloaded_only_where_official_ones_are_used(
    state: StateDir, tmp_path: Path
) -> None:
    name = "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION"
    choose_engine(state)
    assert engine_environment(state)[name] == "true"
    put(tmp_path / "path", "pulumi", LANGUAGE_HOST)
    choose_engine(state)
    assert name not in engine_environment(state)


def test_the_passphrase_is_random_private_and_stays(state: StateDir) -> None:
    ensure_passphrase(state)
    first = state.passphrase_file.read_text()
    assert len(first) >= 32
    assert state.passphrase_file.stat().st_mode & 0o777 == 0o600
    ensure_passphrase(state)
    assert state.passphrase_file.read_text() == first


def test_who_reads_while_another_decides_finds_a_whole_decision(
    state: StateDir, monkeypatch: pytest.MonkeyPatch
) -> None:
    choose_engine(state)
    write = Path.write_text

    def interrupted(path: Path, text: str, *args: Any, **options: Any) -> int:
        done = write(path, text[: len(text) // 2], *args, **options)
        assert chosen_engine(state).pulumi
        return done + write(path, text, *args, **options)

    monkeypatch.setattr(Path, "write_text", interrupted)
    choose_engine(state)
