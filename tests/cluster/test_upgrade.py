"""The state that an earlier release made, under the program of this one."""

import json
from pathlib import Path
from typing import Any

import pytest
from record_release import PASSPHRASE
from support.engine import Stack
from support.lab import Lab
from support.stacks import StacksProject, local

RELEASES = sorted((Path(__file__).parents[1] / "releases").glob("*.json"))
STATEFUL = (
    "core/v1:Namespace",
    "core/v1:PersistentVolumeClaim",
    "apps/v1:StatefulSet",
    "random:index/randomPassword:RandomPassword",
    "pulumi:providers:kubernetes",
)
"""What holds data or keys, or takes everything with it that lies in it."""
REPLACED = {
    # The gateway's configuration, an immutable ConfigMap: its pods roll.
    "0.1.0": {"mistral-gateway"},
    "0.2.0": set[str](),
}
"""By release: resources of which an upgrade makes new ones."""
ENDING = {"delete", "replace", "create-replacement", "delete-replaced", "discard"}


def steps(stack: Stack) -> list[dict[str, Any]]:
    text = stack.preview("--json").text
    return json.loads(text[text.index("{") : text.rindex("}") + 1])["steps"]


@pytest.fixture(params=RELEASES, ids=lambda file: file.stem)
def release(request: pytest.FixtureRequest) -> Path:
    return request.param


@pytest.fixture
def imported(release: Path, lab: Lab, tmp_path: Path) -> Stack:
    environment = {k: v for k, v in lab.env.items() if k != "PULUMI_CONFIG_PASSPHRASE_FILE"}
    # A backend of its own: the stack has the name of one that other tests bring up.
    environment |= {
        "PULUMI_CONFIG_PASSPHRASE": PASSPHRASE,
        "PULUMI_BACKEND_URL": (tmp_path / "backend").as_uri(),
    }
    (tmp_path / "backend").mkdir()
    stack = StacksProject(tmp_path / "project", environment, "local").configure(local())
    stack.command("stack", "import", "--file", str(release))
    return stack


def stateful(resources: list[dict[str, Any]]) -> set[str]:
    return {one["urn"] for one in resources if one["type"].endswith(STATEFUL)}


def test_nothing_stateful_of_an_earlier_release_is_replaced_or_deleted(
    imported: Stack, release: Path
) -> None:
    made = stateful(json.loads(release.read_text("utf-8"))["deployment"]["resources"])
    assert made
    planned = steps(imported)
    assert planned
    # What stays as it is has no step.
    assert [step["urn"] for step in planned if step["op"] in ENDING and step["urn"] in made] == []


def test_what_an_upgrade_replaces_is_what_the_changelog_says(
    imported: Stack, release: Path
) -> None:
    replaced = {
        step["urn"].rpartition("::")[2] for step in steps(imported) if step["op"] == "replace"
    }
    assert replaced == REPLACED[release.stem]


def test_a_renamed_stateful_resource_would_be_noticed(imported: Stack) -> None:
    renamed = json.loads(imported.state().replace("::mistral-api-key", "::mistral-key"))
    file = imported.directory / "renamed.json"
    file.write_text(json.dumps(renamed), "utf-8")
    imported.command("stack", "import", "--file", str(file))
    gone = [step for step in steps(imported) if step["op"] in ENDING]
    assert any(one["urn"].endswith("RandomPassword::mistral-key") for one in gone)
