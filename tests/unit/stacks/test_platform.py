"""What an environment may say of its platform: monitoring, MLflow, objects, residency."""

import copy
import importlib
import sys
from typing import Any

import pulumi
import pytest
from hoheit.driver import validated
from hoheit_policy import read_declarations
from support.monitor import STACKS, stack_environment

sys.path.insert(0, str(STACKS))  # as Pulumi runs the program
Environment: Any = importlib.import_module("environment").Environment
declarations: Any = importlib.import_module("residency").declarations

ANOTHER_STORE = {"bucket": "own", "volume_gib": 1}


def changed(*changes: tuple[str, object]) -> dict[str, Any]:
    environment = copy.deepcopy(stack_environment("local"))
    for path, value in changes:
        *parents, last = path.split(".")
        inner = environment
        for part in parents:
            inner = inner[part]
        if value is None:
            del inner[last]
        else:
            inner[last] = value
    return environment


def refusal(*changes: tuple[str, object]) -> str:
    with pytest.raises(pulumi.RunError) as refused:
        validated(Environment, changed(*changes), "the environment")
    return str(refused.value).partition("\n")[2]


@pytest.mark.parametrize(
    ("path", "value", "said"),
    [
        (
            "mlflow.database",
            {"kind": "sqlite"},
            "  mlflow.database.kind: sqlite is a file that goes with its pod; use kind: bundled ",
        ),
        (
            "mlflow.allowed_hosts",
            ["*"],
            "  mlflow.allowed_hosts: '*' lets any page in a browser reach this server by ",
        ),
        (
            "monitoring.retention_size_gib",
            20,
            "  monitoring.retention_size_gib: 20 GiB do not fit on a volume of 10 GiB beside its ",
        ),
        (
            "cluster.network.api_server",
            None,
            "  cluster.network.api_server: required by monitoring, which watches pods through it; ",
        ),
        (
            "monitoring.namespace",
            "models",
            "  monitoring.namespace: 'models' is the namespace of models already; choose another",
        ),
        ("object_store.bucket", "models..eu", "  object_store.bucket: two dots in a row are no "),
        ("object_server", ANOTHER_STORE, "  object_server: there is an object_store already; "),
        ("images.mlflow", None, "  images.mlflow: required here and without a default, because "),
        (
            "residency.profile",
            "germany",
            "  residency.profile: no profile 'germany'; profiles: local, eu, ",
        ),
        ("residency", None, "  residency: required, but not given"),
        (
            "residency.state",
            {"backend": "s3://key:hunter2@state"},
            "  residency.state.backend: holds user info (user:password@), and would lie in clear ",
        ),
        ("residency.approved_registries", ["*"], "  residency.approved_registries[0]: String "),
        (
            "residency.exemptions",
            [
                {
                    "rule": "IMG-1",
                    "resource": "*::front",
                    "owner": "a",
                    "reason": "b",
                    "until": "2026-12-31",
                }
            ],
            "  residency.exemptions[0].rule: no rule 'IMG-1'; rules: LOC-01, ",
        ),
        (
            "monitoring.namespace",
            "kube-system",
            "  monitoring.namespace: 'kube-system' belongs to Kubernetes, and what lies in it ",
        ),
        (
            "cluster.network.api_server.cidrs",
            ["0.0.0.0/0"],
            "  cluster.network.api_server.cidrs[0]: 0.0.0.0/0 is every address; name those of the ",
        ),
        (
            "cluster.capabilities.storage_classes",
            [{"name": "a"}, {"name": "a"}],
            "  cluster.capabilities.storage_classes: a stands there more than once",
        ),
        ("monitoring.clients", {"namespace": "apps"}, "  monitoring.clients: should be a list"),
        (
            "cluster.location",
            {"country": "DE"},
            "  cluster.location.declaration: required, but not given",
        ),
        (
            "cluster.capabilities.storage_classes",
            [{"name": "standard", "encryption": "LUKS"}],
            "  cluster.capabilities.storage_classes[0].encryption: needs location with its ",
        ),
    ],
)
def test_a_platform_that_cannot_be_is_refused_with_path_problem_and_way_out(
    path: str, value: object, said: str
) -> None:
    text = refusal((path, value))
    assert text.startswith(said)
    assert "\n" not in text


@pytest.mark.parametrize("allowed", [{"database": {"kind": "sqlite"}}, {"allowed_hosts": ["*"]}])
def test_what_only_development_may_do_is_for_the_profile_of_a_trial(
    allowed: dict[str, object],
) -> None:
    mlflow = {**stack_environment("local")["mlflow"], **allowed, "development": True}
    assert validated(Environment, changed(("mlflow", mlflow)), "e")
    text = refusal(("mlflow", mlflow), ("residency.profile", "eu"))
    assert text.startswith("  mlflow.development: true loses data or admits everybody, and the ")


@pytest.mark.parametrize("name", ["mlflow", "monitoring", "objects"])
def test_a_model_has_another_name_than_the_parts_of_the_platform(name: str) -> None:
    models = {name: stack_environment("local")["models"]["mistral"]}
    assert refusal(("models", models)).startswith(f"  models.{name}: the name of a part of the ")


@pytest.mark.parametrize("nothing", ["", " ", "Unknown", "?"])
def test_an_operator_that_says_nothing_is_refused_instead_of_declared(nothing: str) -> None:
    place = copy.deepcopy(stack_environment("example")["cluster"]["location"])
    text = refusal(("cluster.location", {**place, "operator": nothing}))
    assert text.startswith("  cluster.location.operator: says nothing; leave it out, then it ")


def test_a_secret_in_a_wrong_place_of_the_residency_is_not_shown() -> None:
    assert "hunter2" not in refusal(("residency.state", {"backend": "s3://key:hunter2@state"}))


def test_an_environment_may_have_neither_monitoring_nor_mlflow() -> None:
    environment = validated(Environment, changed(("monitoring", None), ("mlflow", None)), "e")
    assert environment.namespaces == {"models": "models"}


def test_every_part_of_the_platform_has_a_namespace_of_its_own() -> None:
    environment = changed(("object_store", None), ("object_server", ANOTHER_STORE))
    namespaces = validated(Environment, environment, "e").namespaces
    assert namespaces == {name: name for name in ("models", "objects", "mlflow", "monitoring")}


@pytest.mark.parametrize("stack", ["local", "kind", "example"])
def test_what_a_stack_declares_is_what_the_rules_read(stack: str) -> None:
    environment = validated(Environment, stack_environment(stack), "e")
    read = read_declarations(declarations(environment))
    assert read.profile == environment.residency.profile
    (cluster,) = read.clusters.values()
    assert cluster.network_policy == environment.cluster.capabilities.network_policy
    assert cluster.simulated == environment.cluster.capabilities.simulated
    classes = environment.cluster.capabilities.storage_classes
    assert set(cluster.storage_classes) == {offered.name for offered in classes}
    assert read.record == environment.residency.record


def test_a_declared_place_reaches_the_rules_with_who_declared_it() -> None:
    environment = validated(Environment, stack_environment("example"), "e")
    told = declarations(environment)
    country = told["state"]["location"]["country"]
    assert country["value"] == "DE"
    assert country["source"]["kind"] == "declared"
    assert country["source"]["evidence"]
    assert told["secrets_provider"]["kind"] == "hashivault"
