import hashlib
import json
from pathlib import Path

import pytest
from hoheit_lab.paths import StateDir
from hoheit_lab.projects import Project
from hoheit_lab.pulumi_command import CONFIG_FILE, with_config_file


@pytest.fixture
def state(tmp_path: Path) -> StateDir:
    state = StateDir.at(tmp_path / "lab")
    state.create()
    return state


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    root = tmp_path / "shop"
    root.mkdir()
    (root / "Pulumi.yaml").write_text("name: shop\nruntime: python\n")
    for stack in ("dev", "prod"):
        (root / f"Pulumi.{stack}.yaml").write_text("config: {}\n")
    monkeypatch.chdir(root)
    return Project.at(root)


def select(state: StateDir, project: Project, stack: str) -> None:
    """Leaves the note that `pulumi stack select` leaves."""
    digest = hashlib.sha1(str(project.file).encode(), usedforsecurity=False).hexdigest()
    notes = state.pulumi_home / "workspaces"
    notes.mkdir()
    settings = {"stacks": {f"file://{state.pulumi_state}": f"organization/shop/{stack}"}}
    (notes / f"shop-{digest}-workspace.json").write_text(json.dumps(settings))


@pytest.mark.parametrize(
    "words",
    [
        ["up", "--stack", "prod"],
        ["up", "--stack=prod"],
        ["preview", "-s", "prod"],
        ["preview", "-sprod"],
        ["--non-interactive", "destroy", "-s=prod"],
        ["config", "--stack", "prod"],
        ["config", "get", "key", "--stack", "prod"],
    ],
)
def test_the_stack_on_the_command_line_decides(
    words: list[str], state: StateDir, project: Project
) -> None:
    select(state, project, "dev")
    chosen = with_config_file(state, words, {"PULUMI_STACK": "dev"})[CONFIG_FILE]
    assert Path(chosen) == project.copies(state) / "Pulumi.prod.yaml"


def test_the_environment_decides_before_the_selected_stack(
    state: StateDir, project: Project
) -> None:
    select(state, project, "dev")
    chosen = with_config_file(state, ["up"], {"PULUMI_STACK": "prod"})[CONFIG_FILE]
    assert Path(chosen).name == "Pulumi.prod.yaml"


def test_the_selected_stack_decides_last(state: StateDir, project: Project) -> None:
    select(state, project, "dev")
    assert Path(with_config_file(state, ["up"], {})[CONFIG_FILE]).name == "Pulumi.dev.yaml"


def test_another_working_directory_is_respected(
    state: StateDir, project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    words = ["-C", "shop", "up", "-s", "dev"]
    assert Path(with_config_file(state, words, {})[CONFIG_FILE]).parent == project.copies(state)
    assert CONFIG_FILE not in with_config_file(state, ["up", "-s", "dev"], {})


@pytest.mark.usefixtures("project")
def test_without_any_stack_pulumi_is_left_alone(state: StateDir) -> None:
    assert with_config_file(state, ["whoami"], {"A": "b"}) == {"A": "b"}


@pytest.mark.usefixtures("project")
@pytest.mark.parametrize("edit", ["set", "rm", "set-all", "refresh"])
def test_editing_the_config_edits_the_projects_own_file(edit: str, state: StateDir) -> None:
    assert CONFIG_FILE not in with_config_file(state, ["config", edit, "k", "-s", "dev"], {})


@pytest.mark.usefixtures("project")
def test_a_config_file_that_the_user_chose_is_kept(state: StateDir) -> None:
    mine = {CONFIG_FILE: "/elsewhere/my.yaml"}
    assert with_config_file(state, ["up", "-s", "dev"], mine) == mine


def test_the_choice_of_a_surrounding_pulumi_command_is_not_inherited(
    state: StateDir, project: Project
) -> None:
    inherited = {CONFIG_FILE: str(project.copies(state) / "Pulumi.dev.yaml")}
    chosen = with_config_file(state, ["up", "-s", "prod"], inherited)[CONFIG_FILE]
    assert Path(chosen).name == "Pulumi.prod.yaml"
    assert CONFIG_FILE not in with_config_file(state, ["whoami"], inherited)
