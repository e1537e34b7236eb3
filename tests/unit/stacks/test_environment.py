"""The typed environment, its schema, and the stack files."""

import copy
import importlib
import json
import sys
from typing import Any

import jsonschema
import pulumi
import pytest
import yaml
from hoheit import validated
from support.monitor import STACKS, stack_environment

sys.path.insert(0, str(STACKS))  # as Pulumi runs the program
program: Any = importlib.import_module("environment")
Environment, SCHEMA, schema = program.Environment, program.SCHEMA, program.schema

STACK_FILES = sorted(STACKS.glob("Pulumi.*.yaml"))
MODEL = ("models", "mistral")
LIMIT_OF_LINES = 40


def changed(path: tuple[str, ...], value: object) -> dict[str, Any]:
    environment = copy.deepcopy(stack_environment("local"))
    inner = environment
    for part in path[:-1]:
        inner = inner[part]
    inner[path[-1]] = value
    return environment


def refusal(path: tuple[str, ...], value: object) -> str:
    with pytest.raises(pulumi.RunError) as refused:
        validated(Environment, changed(path, value), "the environment")
    return str(refused.value).partition("\n")[2]


def test_the_schema_in_the_repository_is_the_one_of_the_models() -> None:
    assert SCHEMA.read_text("utf-8") == schema(), "run: make format"


@pytest.mark.parametrize("file", STACK_FILES, ids=lambda file: file.name)
def test_every_stack_file_is_an_environment_by_schema_and_by_model(file: Any) -> None:
    document = yaml.safe_load(file.read_text("utf-8"))
    jsonschema.validate(document, json.loads(schema()))
    assert validated(Environment, document["config"]["hoheit:environment"], file.name)


@pytest.mark.parametrize("file", STACK_FILES, ids=lambda file: file.name)
def test_every_stack_file_points_editors_at_the_schema(file: Any) -> None:
    first = file.read_text("utf-8").splitlines()[0]
    assert first == f"# yaml-language-server: $schema={SCHEMA.name}"


def test_the_schema_refuses_what_the_model_refuses() -> None:
    document = {"config": {"hoheit:environment": changed(("pool",), {})}}
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(document, json.loads(schema()))


def test_every_field_is_shown_in_the_example() -> None:
    # The example has labelled nodes; those of a simulated pool are the same without a selector.
    text = (STACKS / "Pulumi.example.yaml").read_text("utf-8")
    names = {
        name
        for definition in json.loads(schema())["$defs"].values()
        for name in definition.get("properties", {})
    }
    assert {name for name in names if f"{name}:" not in text} == set()


def test_the_program_of_the_stacks_stays_short() -> None:
    assert len((STACKS / "__main__.py").read_text("utf-8").splitlines()) <= LIMIT_OF_LINES


@pytest.mark.parametrize(
    ("path", "value", "said"),
    [
        ((*MODEL, "pool"), "l5", "  models.mistral.pool: no pool 'l5'; pools: l4"),
        (
            (*MODEL, "replica"),
            2,
            "  models.mistral.replica: unknown field; did you mean 'replicas'?",
        ),
        (
            (*MODEL, "engine", "max_len"),
            1,
            "  models.mistral.engine.max_len: unknown field; did you",
        ),
        (("pools", "l4", "gpu"), "L5", "  pools.l4.gpu: no 'L5' in the catalogue; known: T4, "),
        (
            ("pools", "l4", "nodes"),
            0,
            "  pools.l4.nodes: Input should be greater than or equal to 1",
        ),
        (("pools",), {}, "  pools: Dictionary should have at least 1 item"),
        (("models",), {}, "  models: Dictionary should have at least 1 item"),
        (("name",), "Local", "  name: String should match pattern"),
        (("images", "vllm"), "vllm", "  images.vllm: not a full image reference; write "),
        (("images", "locked"), True, "  images.vllm: no digest, and images are locked; "),
        (
            (*MODEL, "weights", "allow_floating_revision"),
            False,
            "  models.mistral.weights.revision: 'main' is a branch or tag and can move; give ",
        ),
        (("object_store", "endpoint"), "http://objects", "  object_store.endpoint: weights and "),
        (("cluster", "image_mirror"), "mirror", "  cluster.image_mirror: String should match"),
        (
            ("cluster", "capabilities", "internal_load_balancer_annotations"),
            {},
            "  cluster.capabilities.internal_load_balancer_annotations: Dictionary should have at",
        ),
    ],
)
def test_a_wrong_environment_is_refused_with_path_problem_and_way_out(
    path: tuple[str, ...], value: object, said: str
) -> None:
    text = refusal(path, value)
    assert text.startswith(said)
    assert "\n" not in text


@pytest.mark.parametrize(
    "mirror", ["mirror.example.internal", "mirror.example.internal/x", "mirror:5000/a/b"]
)
def test_a_mirror_is_a_registry_with_or_without_a_path(mirror: str) -> None:
    environment = changed(("cluster", "image_mirror"), mirror)
    assert validated(Environment, environment, "e").cluster.image_mirror == mirror
