from pathlib import Path

import pytest
from hoheit_lab.errors import LabError
from hoheit_lab.paths import StateDir
from hoheit_lab.projects import Project, refresh_copy

SALT = "encryptionsalt: v1:abc=:v1:def=="


def make_project(root: Path, *, extra: str = "") -> Project:
    root.mkdir(parents=True, exist_ok=True)
    (root / "Pulumi.yaml").write_text(f"name: shop\nruntime: python\n{extra}")
    return Project.at(root)


@pytest.fixture
def state(tmp_path: Path) -> StateDir:
    state = StateDir.at(tmp_path / "lab")
    state.create()
    return state


def test_a_project_is_found_from_any_directory_below_it(tmp_path: Path) -> None:
    project = make_project(tmp_path, extra="stackConfigDir: conf\n")
    (tmp_path / "a" / "b").mkdir(parents=True)
    assert Project.at(tmp_path / "a" / "b") == project
    assert project.stack_file("dev") == tmp_path / "conf" / "Pulumi.dev.yaml"


def test_a_qualified_stack_name_means_the_same_file(tmp_path: Path) -> None:
    project = make_project(tmp_path)
    assert project.stack_file("organization/shop/dev") == project.stack_file("dev")


def test_a_directory_without_a_project_is_refused(tmp_path: Path) -> None:
    with pytest.raises(LabError, match=r"there is no Pulumi\.yaml in .* or above it"):
        Project.at(tmp_path)


@pytest.mark.parametrize("content", ["", "runtime: python", "- a list", "name: [unclosed"])
def test_a_file_that_is_no_project_is_refused(content: str, tmp_path: Path) -> None:
    (tmp_path / "Pulumi.yaml").write_text(content)
    with pytest.raises(LabError, match="is not a Pulumi project: it needs a `name`"):
        Project.at(tmp_path)


def test_the_copy_keeps_its_salt_and_takes_edits_over(state: StateDir, tmp_path: Path) -> None:
    project = make_project(tmp_path / "shop")
    source = project.stack_file("dev")
    source.write_text("# why\nconfig:\n  shop:on: yes\n")
    copy = refresh_copy(state, project, "dev")
    assert copy.read_text() == source.read_text()
    copy.write_text(f"{copy.read_text()}{SALT}\n")  # as `pulumi stack init` does
    source.write_text("config:\n  shop:on: no\n")
    assert refresh_copy(state, project, "dev").read_text() == f"config:\n  shop:on: no\n{SALT}\n"
    assert source.read_text() == "config:\n  shop:on: no\n"


def test_a_salt_in_the_projects_own_file_wins(state: StateDir, tmp_path: Path) -> None:
    project = make_project(tmp_path / "shop")
    project.stack_file("dev").write_text("config: {}\n")
    refresh_copy(state, project, "dev").write_text(f"config: {{}}\n{SALT}\n")
    own = "encryptionsalt: v1:own=:v1:own==\nconfig: {}\n"
    project.stack_file("dev").write_text(own)
    assert refresh_copy(state, project, "dev").read_text() == own


def test_two_checkouts_of_one_project_do_not_share_a_copy(state: StateDir, tmp_path: Path) -> None:
    one, other = make_project(tmp_path / "one"), make_project(tmp_path / "other")
    assert one.copies(state) != other.copies(state)


def test_a_stack_file_that_is_not_utf_8_is_named(tmp_path: Path, state: StateDir) -> None:
    project = make_project(tmp_path / "shop")
    project.stack_file("dev").write_bytes(b"config: {shop:name: M\xfcller}")
    with pytest.raises(LabError, match=r"Pulumi.dev.yaml is not UTF-8 \(byte 21\)"):
        refresh_copy(state, project, "dev")
