"""The typed environment, its schema, and the stack files."""

import copy
import importlib
import json
import sys
from typing import Any, cast

import jsonschema
import pulumi
import pytest
import yaml
from hoheit.driver import validated
from hoheit_facts import ENGINE
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


def fields_of(node: dict[str, Any], definitions: dict[str, Any], value: object) -> set[str]:
    """Every field that `value` shows, as `Definition.field`, by the schema's own references."""
    if "$ref" in node:
        name = node["$ref"].removeprefix("#/$defs/")
        given = cast("dict[str, Any]", value) if isinstance(value, dict) else {}
        own = {
            f"{name}.{field}" for field in definitions[name].get("properties", {}) if field in given
        }
        return own | fields_of(definitions[name], definitions, cast("object", value))
    if "discriminator" in node and isinstance(value, dict):
        chosen = cast("dict[str, Any]", value)
        return fields_of(
            {"$ref": node["discriminator"]["mapping"][chosen["kind"]]}, definitions, chosen
        )
    below = [(one, value) for one in node.get("anyOf", [])]
    if isinstance(value, dict):
        inner = cast("dict[str, Any]", value)
        properties = node.get("properties", {})
        (other,) = node.get("patternProperties", {"": node.get("additionalProperties")}).values()
        below += [(properties[key], inner[key]) for key in properties if key in inner]
        if isinstance(other, dict):
            below += [(other, inner[key]) for key in inner if key not in properties]
    if isinstance(value, list):
        items = cast("list[Any]", value)
        below += [(node["items"], item) for item in items if "items" in node]
    return {name for one, part in below for name in fields_of(one, definitions, part)}


def test_every_field_is_shown_in_an_example() -> None:
    whole = json.loads(schema())
    definitions = whole.pop("$defs")
    # The example has labelled nodes; those of a simulated pool are the same without a selector. And
    # a bucket for artifacts is described like any other. SQLite has nothing but its kind.
    for alike, shown in (("SimulatedNodes", "LabelledNodes"), ("ExistingArtifacts", "ObjectStore")):
        own = definitions[alike]["properties"].keys() - {"kind"}
        assert own <= definitions[shown]["properties"].keys()
    named = {
        f"{name}.{field}"
        for name, definition in definitions.items()
        for field in definition.get("properties", {})
        if name not in ("SimulatedNodes", "ExistingArtifacts", "SqliteDatabase")
    }
    files = [yaml.safe_load(file.read_text("utf-8")) for file in STACK_FILES]
    assert named - {name for file in files for name in fields_of(whole, definitions, file)} == set()


def test_every_part_of_an_environment_is_in_the_example_that_explains_them() -> None:
    (top,) = json.loads(schema())["properties"]["config"]["properties"].values()
    # One environment has an object store or a server of its own.
    assert top["properties"].keys() - stack_environment("example").keys() == {"object_server"}


def test_a_field_that_only_another_part_of_the_example_shows_is_not_counted() -> None:
    document = yaml.safe_load((STACKS / "Pulumi.example.yaml").read_text("utf-8"))
    whole = json.loads(schema())
    definitions = whole.pop("$defs")
    del document["config"]["hoheit:environment"]["hub"]["endpoint"]
    shown = fields_of(whole, definitions, document)
    assert "ObjectStore.endpoint" in shown
    assert "Hub.endpoint" not in shown


def test_the_kind_of_a_cluster_is_never_guessed() -> None:
    environment = changed(("cluster", "context"), "lab")
    del environment["cluster"]["kind"]
    with pytest.raises(pulumi.RunError, match=r"\n  cluster\.kind: required, but not given$"):
        validated(Environment, environment, "e")


def test_the_kubeconfig_is_no_part_of_the_environment() -> None:
    said = refusal(("cluster", "kubeconfig"), "apiVersion: v1")
    assert said.startswith("  cluster.kubeconfig: unknown field; ")


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
        (("pools",), {}, "  pools: has 0 entries and needs 1 or more"),
        (("models",), {}, "  models: has 0 entries and needs 1 or more"),
        (("name",), "Local", "  name: a name of lower-case letters, digits and "),
        (("images", "vllm"), "vllm", "  images.vllm: not a full image reference; write "),
        (("images", "locked"), True, "  images.weights_fetcher: no digest, and images are "),
        (
            (*MODEL, "weights", "allow_floating_revision"),
            False,
            "  models.mistral.weights.revision: 'main' is a branch or tag and can move; give ",
        ),
        (("object_store", "endpoint"), "http://objects", "  object_store.endpoint: weights and "),
        (("cluster", "image_mirror"), "mirror", "  cluster.image_mirror: a mirror is a host with "),
        (("cluster", "kind"), "rented", "  cluster.kind: Input should be 'existing'"),
        (("hub", "endpoint"), "https://hub:65536", "  hub.endpoint: port 65536 does not exist; 1"),
        ((*MODEL, "replicas"), 3, "  pools.l4: 2 nodes of 1 GPU do not hold all pods, those of"),
        ((*MODEL, "gpus"), 2, "  pools.l4: 'mistral' does not fit on a node (GPUs: 2 asked, 1 th"),
        ((*MODEL, "routes"), ["/v1/models"], "  models.mistral.routes: /v1/models; allowed: /v1/"),
        (
            (*MODEL, "engine", "extra_args"),
            ["--load-format=pt"],
            "  models.mistral.engine.extra_args: --load-format is not among the flags that only",
        ),
        (
            ("images", "vllm"),
            "docker.io/vllm/vllm-openai:v0.31.0",
            "  images.vllm: tag 'v0.31.0' is not of version ",
        ),
        (
            ("cluster", "capabilities", "identity"),
            "irsa",
            "  cluster.capabilities.identity: irsa needs a role at a cloud for each account, ",
        ),
    ],
)
def test_a_wrong_environment_is_refused_with_path_problem_and_way_out(
    path: tuple[str, ...], value: object, said: str
) -> None:
    text = refusal(path, value)
    assert text.startswith(said)
    assert "\n" not in text


def test_an_image_of_another_release_is_refused_by_the_name_of_the_model_that_runs_it() -> None:
    said = refusal(("images", "vllm"), "docker.io/vllm/vllm-openai:v0.31.0")
    assert f"; models.mistral runs it, with engine.version {ENGINE.version}, and all mod" in said


def test_objectives_that_nobody_watches_are_refused() -> None:
    environment = changed((*MODEL, "objectives"), {"end_to_end_seconds": 30})
    assert validated(Environment, environment, "e").monitoring is not None
    del environment["monitoring"]
    with pytest.raises(pulumi.RunError, match=r"\n  models\.mistral\.objectives: there is no mon"):
        validated(Environment, environment, "e")


@pytest.mark.parametrize(
    "mirror", ["mirror.example.internal", "mirror.example.internal/x", "mirror:5000/a/b"]
)
def test_a_mirror_is_a_registry_with_or_without_a_path(mirror: str) -> None:
    environment = changed(("cluster", "image_mirror"), mirror)
    assert validated(Environment, environment, "e").cluster.image_mirror == mirror


def pools(**selectors: dict[str, str]) -> dict[str, Any]:
    (pool,) = stack_environment("local")["pools"].values()
    labelled = {**pool, "kind": "labelled"}
    return {name: {**labelled, "node_selector": labels} for name, labels in selectors.items()}


@pytest.mark.parametrize("other", [{"pool": "l4"}, {"pool": "l4", "zone": "a"}])
def test_two_pools_of_the_same_nodes_are_refused(other: dict[str, str]) -> None:
    said = refusal(("pools",), pools(l4={"pool": "l4"}, more=other))
    assert said.startswith("  pools.l4.node_selector: selects the nodes of pool 'more' too, so ")


def test_pools_of_different_nodes_are_accepted() -> None:
    given = changed(("pools",), pools(l4={"pool": "l4"}, more={"pool": "more"}))
    assert validated(Environment, given, "e").pools.keys() == {"l4", "more"}


@pytest.mark.parametrize(
    ("namespace", "models", "said"),
    [
        ("kube-system", "models", "'kube-system-l4' belongs to Kubernetes, and what lies in it"),
        ("gpu", "gpu-l4", "'gpu-l4', with the name of pool 'l4', is the namespace of 'models'"),
        ("g" * 61, "models", "with the name of pool 'l4', has 64 characters, and a namespace at "),
    ],
)
def test_a_namespace_that_a_device_plugin_cannot_have_is_refused(
    namespace: str, models: str, said: str
) -> None:
    environment = changed(("device_plugin",), {"namespace": namespace})
    environment["namespace"] = models
    environment["images"]["device_plugin"] = "registry.example.internal/plugin:v1"
    with pytest.raises(pulumi.RunError, match=r"\n  device_plugin\.namespace: ") as refused:
        validated(Environment, environment, "e")
    assert said in str(refused.value)


def test_a_class_of_weights_that_is_not_among_the_stated_ones_is_refused() -> None:
    offered = {"storage_classes": [{"name": "nvme"}], "model_cache_storage_class": "nvem"}
    said = refusal(("cluster", "capabilities"), {"simulated": True, **offered})
    assert said.startswith(
        "  cluster.capabilities.model_cache_storage_class: 'nvem' is none of storage_classes "
    )
