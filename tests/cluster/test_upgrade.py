"""The state that an earlier release made, under the program of this one."""

import json
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest
from record_release import PASSPHRASE
from support.engine import Stack
from support.lab import Lab
from support.stacks import StacksProject, local

RECORDED = sorted((Path(__file__).parents[1] / "releases").glob("*.json"))
RELEASES = [file for file in RECORDED if file.stem != version("hoheit")]
"""Of this release nothing is left to upgrade."""
STATEFUL = (
    "core/v1:Namespace",
    "core/v1:PersistentVolumeClaim",
    "apps/v1:StatefulSet",
    "random:index/randomPassword:RandomPassword",
    "pulumi:providers:kubernetes",
)
"""What holds data or keys, or takes everything with it that lies in it."""
ANEW = {
    # The gateway's configuration, an immutable ConfigMap: its pods roll.
    "ConfigMap::mistral-gateway",
    # A Job cannot change. It is told how much room there is, finds all there and fetches nothing.
    "Job::mistral-weights-job",
}
FILES = {
    # Immutable ConfigMaps of 0.4.0: PostgreSQL's init script, and the texts of two alerts.
    "ConfigMap::mlflow-database-files",
    "ConfigMap::monitoring-prometheus-rules",
}
KEYS = {
    # 0.5.0 no longer hands out the key `default` under its old name as well.
    "Secret::mistral-api-keys",
}
REPLACED = {"0.1.0": ANEW, "0.2.0": ANEW | FILES, "0.3.0": FILES | KEYS, "0.4.0": KEYS}
"""By release: resources of which an upgrade makes new ones."""
GONE = {
    # Clients' keys are in another Secret, vLLM's in a third; deleted after the pods have rolled.
    "Secret::mistral-api-key",
}
DELETED = {"0.1.0": GONE, "0.2.0": GONE, "0.3.0": set(), "0.4.0": set()}
"""By release: resources that an upgrade takes away."""
Steps = list[dict[str, Any]]
ENDING = {"delete", "replace", "create-replacement", "delete-replaced", "discard"}


def steps(stack: Stack) -> Steps:
    text = stack.preview("--json").text
    return json.loads(text[text.index("{") : text.rindex("}") + 1])["steps"]


@pytest.fixture(params=RELEASES, ids=lambda file: file.stem, scope="module")
def release(request: pytest.FixtureRequest) -> Path:
    return request.param


@pytest.fixture(scope="module")
def planned(release: Path, lab: Lab, tmp_path_factory: pytest.TempPathFactory) -> Steps:
    """Steps of the upgrade; what stays as it is has none."""
    found = steps(imported(release, lab, tmp_path_factory.mktemp(release.stem)))
    assert found
    return found


def imported(release: Path, lab: Lab, directory: Path) -> Stack:
    environment = {k: v for k, v in lab.env.items() if k != "PULUMI_CONFIG_PASSPHRASE_FILE"}
    # A backend of its own: the stack has the name of one that other tests bring up.
    environment |= {
        "PULUMI_CONFIG_PASSPHRASE": PASSPHRASE,
        "PULUMI_BACKEND_URL": (directory / "backend").as_uri(),
    }
    (directory / "backend").mkdir()
    stack = StacksProject(directory / "project", environment, "local").configure(local())
    stack.command("stack", "import", "--file", str(release))
    return stack


def named(planned: Steps, *operations: str) -> set[str]:
    """Kinds and names of what these operations are done to."""
    urns = [step["urn"].split("::") for step in planned if step["op"] in operations]
    return {f"{type_.rpartition(':')[2]}::{name}" for *_, type_, name in urns}


def stateful(resources: list[dict[str, Any]]) -> set[str]:
    return {one["urn"] for one in resources if one["type"].endswith(STATEFUL)}


def test_nothing_stateful_of_an_earlier_release_is_replaced_or_deleted(
    planned: Steps, release: Path
) -> None:
    made = stateful(json.loads(release.read_text("utf-8"))["deployment"]["resources"])
    assert made
    assert [step["urn"] for step in planned if step["op"] in ENDING and step["urn"] in made] == []


def test_what_an_upgrade_replaces_and_deletes_is_what_the_changelog_says(
    planned: Steps, release: Path
) -> None:
    assert named(planned, "replace") == REPLACED[release.stem]
    assert named(planned, "delete") == DELETED[release.stem]


def test_the_key_that_clients_have_is_not_made_anew(planned: Steps, release: Path) -> None:
    generated = {name for name in named(planned, "create") if name.startswith("RandomPassword::")}
    # The engine's own key is there since 0.3.0, and stays then.
    without_it = release.stem in ("0.1.0", "0.2.0")
    assert ("RandomPassword::mistral-engine-key" in generated) is without_it
    assert not [name for name in generated if name.startswith("RandomPassword::mistral-api-key")]


def test_a_renamed_stateful_resource_would_be_noticed(lab: Lab, tmp_path: Path) -> None:
    stack = imported(RELEASES[-1], lab, tmp_path)
    renamed = stack.state().replace("::mistral-api-key", "::mistral-key")
    file = stack.directory / "renamed.json"
    file.write_text(renamed, "utf-8")
    stack.command("stack", "import", "--file", str(file))
    assert "RandomPassword::mistral-key-default-1" in named(steps(stack), *ENDING)
