"""A wrong environment, as an operator sees it who types `pulumi preview`."""

import pytest
from support.engine import Result, stand_in_environment
from support.stacks import StacksProject, local

SECRET = "wJalrXUtnFEMI-K7MDENG"


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> StacksProject:
    directory = tmp_path_factory.mktemp("environment")
    return StacksProject(directory / "project", stand_in_environment(directory / "engine"))


def refusal(project: StacksProject, *changes: tuple[str, object], command: str = "preview") -> str:
    """What the operator reads; no resource is planned or made, and no stack trace shown."""
    stack = project.configure(local(*changes))
    result: Result = getattr(stack, command)(fails=True)
    made = result.changes.get("to create", 0) + result.changes.get("created", 0)
    assert made <= 1, "more than the stack itself"
    assert stack.resources() == {}
    assert "Traceback" not in result.text
    return result.text


def test_every_fault_of_an_environment_is_told_at_once_with_path_and_way_out(
    project: StacksProject,
) -> None:
    text = refusal(
        project,
        ("name", "Local"),
        ("images.gateway", "haproxy:3.2"),
        ("pools.l4.gpu", "L5"),
        ("models.mistral.replica", 2),
        ("models.mistral.weights.allow_floating_revision", False),
    )
    assert "hoheit:environment of stack 'test' is not valid:" in text
    for line in (
        "name: a name of lower-case letters, digits and '-'; ",
        "images.gateway: not a full image reference; write registry/repository:tag or ",
        "pools.l4.gpu: no 'L5' in the catalogue; known: T4, A10G, L4, ",
        "models.mistral.replica: unknown field; did you mean 'replicas'?; known fields: ",
        "models.mistral.weights.revision: 'main' is a branch or tag and can move; give the commit",
    ):
        assert f"  {line}" in text


@pytest.mark.parametrize(
    ("path", "value", "said"),
    [
        ("models.mistral.pool", "l5", "models.mistral.pool: no pool 'l5'; pools: l4"),
        ("images.locked", True, "images.weights_fetcher: no digest, and images are locked; add @"),
        ("hub", None, "models.mistral.weights.repository: fetched from hub, which is missing"),
        (
            "models.mistral.weights.size_gib",
            40,
            "models.mistral.weights: 40.00 GiB on each L4, 40.",
        ),
    ],
)
def test_an_environment_that_contradicts_itself_fails_before_the_first_resource(
    project: StacksProject, path: str, value: object, said: str
) -> None:
    assert f"  {said}" in refusal(project, (path, value))


def test_a_wrong_environment_fails_an_update_without_preview_in_the_same_way(
    project: StacksProject,
) -> None:
    change = ("models.mistral.pool", "l5")
    assert "models.mistral.pool: no pool 'l5'" in refusal(project, change, command="up")


def test_a_stack_without_environment_is_told_where_to_begin(project: StacksProject) -> None:
    text = project.configure(None).preview(fails=True).text
    assert "stack 'test' has no 'hoheit:environment', or not as a mapping; start" in text
    assert "from stacks/Pulumi.example.yaml" in text
    assert "Traceback" not in text


def test_secrets_in_the_wrong_place_are_not_shown(project: StacksProject) -> None:
    misplaced: dict[str, object] = {
        "object_store.credentials_secret": {"AWS_SECRET_ACCESS_KEY": SECRET},
        "object_store.endpoint": f"https://user:{SECRET}@objects.example.internal",
        "images.vllm": f"user:{SECRET}@registry.example.internal/vllm:1",
        "hub.token": SECRET,
    }
    text = refusal(project, *misplaced.items())
    assert all(f"  {path}: " in text for path in misplaced)
    assert SECRET not in text
