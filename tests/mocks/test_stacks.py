"""Every `Pulumi.<stack>.yaml` as a whole program."""

import copy
import json
import re
import sys
from decimal import Decimal
from pathlib import Path
from typing import Any

import pulumi
import pytest
from hoheit_cli.quantities import quantity
from support.manifests import containers, manifests, pod_templates
from support.monitor import STACKS, run_stack, stack_environment
from support.pod_security import violations

RELEASES = sorted((STACKS.parent / "tests" / "releases").glob("*.json"))
STACK_NAMES = sorted(file.name.split(".")[1] for file in STACKS.glob("Pulumi.*.yaml"))


@pytest.mark.parametrize("stack", STACK_NAMES)
def test_every_stack_runs_as_a_whole_program(stack: str) -> None:
    environment = stack_environment(stack)
    monitor = run_stack(environment)
    services = [found.name for found in monitor.of_type("hoheit:index:VllmService")]
    assert sorted(services) == sorted(environment["models"])
    for name, pod in pod_templates(monitor).items():
        # The device plugin is in a namespace of its own, for what the standard denies.
        if not name.endswith("-gpu-device-plugin"):
            assert violations(pod["spec"]) == [], name


@pytest.mark.parametrize("stack", STACK_NAMES)
def test_a_second_run_of_a_stack_registers_the_very_same(stack: str) -> None:
    environment = stack_environment(stack)
    first, second = run_stack(environment), run_stack(environment)
    assert sorted(map(_canonical, manifests(first))) == sorted(map(_canonical, manifests(second)))


def _canonical(found: dict[str, Any]) -> str:
    return json.dumps(found, sort_keys=True)


def test_the_local_stack_is_the_whole_platform_of_the_article_on_two_simulated_nodes() -> None:
    monitor = run_stack(stack_environment("local"))
    components = {
        f"{found.type.removeprefix('hoheit:index:')} {found.name}"
        for found in monitor.registered
        if found.type.startswith("hoheit:index:")
    }
    assert components == {
        *("ResidencyGuard local", "ExistingCluster local", "GpuNodePool l4"),
        *("RestrictedNamespace models", "VllmService mistral", "WeightsMirror mistral-weights"),
        *("RestrictedNamespace mlflow", "MlflowServer mlflow"),
        *("RestrictedNamespace monitoring", "MonitoringStack monitoring"),
    }
    nodes = [found.name for found in monitor.of_type("kubernetes:core/v1:Node")]
    assert sorted(nodes) == ["l4-node-0", "l4-node-1"]
    workloads = {name.partition("-")[0] for name in pod_templates(monitor)}
    assert workloads == {"mistral", "mlflow", "monitoring"}


def test_the_real_stack_runs_only_images_that_this_machine_built_by_their_digests() -> None:
    templates = pod_templates(run_stack(stack_environment("local-real")))
    images = {
        one["image"] for template in templates.values() for one in containers(template["spec"])
    }
    for image in images:
        assert re.fullmatch(r"registry\.lab\.internal/hoheit/[\w.:-]+@sha256:[0-9a-f]{64}", image)
    names = {image.split("/")[-1].split(":")[0] for image in images}
    assert names >= {"vllm-cpu", "gateway", "small-model", "weights-fetcher", "mlflow", "postgres"}
    assert not names & {"grafana", "kube-state-metrics", "router"}


def test_the_real_stack_fits_on_a_machine_of_two_cores_and_twelve_gib() -> None:
    templates = pod_templates(run_stack(stack_environment("local-real"))).values()
    requests = [
        one["resources"]["requests"]
        for template in templates
        for one in containers(template["spec"])
        if one in template["spec"]["containers"] or one.get("restartPolicy") == "Always"
    ]
    assert sum(quantity(one["cpu"]) for one in requests) <= Decimal("1.75")
    assert sum(quantity(one["memory"]) for one in requests) <= 10 * 2**30


def test_the_model_of_the_real_stack_is_planned_by_its_own_config() -> None:
    unit = STACKS.parent / "model_images" / "small-model" / "unit" / "config.json"
    weights = stack_environment("local-real")["models"]["small"]["weights"]
    assert weights["config"].items() <= json.loads(unit.read_text("utf-8")).items()
    assert "num_hidden_layers" in weights["config"]


def test_without_the_lock_of_a_build_the_real_stack_says_how_to_build(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOHEIT_IMAGE_LOCKS", str(tmp_path))
    run_stack(stack_environment("local"))
    monkeypatch.setattr(sys.modules["locked_images"], "HERE", tmp_path)
    with pytest.raises(pulumi.RunError) as refused:
        run_stack(stack_environment("local-real"))
    assert "images.lock: " in str(refused.value)
    assert "local-real.lock.json does not exist" in str(refused.value)
    assert "`make local REAL=1`" in str(refused.value)


RETIRED = {
    # One Secret of the key for clients and engine. What is in it is a RandomPassword, which stays;
    # there are other Secrets for it now, and this one is deleted when no pod needs it any more.
    ("kubernetes:core/v1:Secret", "mistral-api-key"),
}
"""Types and names that an upgrade may delete, each with its reason."""


@pytest.mark.parametrize("release", RELEASES, ids=lambda file: file.stem)
def test_the_types_and_names_of_an_earlier_release_are_still_there(release: Path) -> None:
    resources = json.loads(release.read_text("utf-8"))["deployment"]["resources"]
    before = {(one["type"], one["urn"].rpartition("::")[2]) for one in resources if one["custom"]}
    # The engine's own default provider has the version of the SDK in its name.
    before = {(type_, name) for type_, name in before if not name.startswith("default_")}
    now = run_stack(stack_environment("local")).registered
    kept = {(one.type, name) for one in now for name in (one.name, *one.aliases)}
    assert before - kept <= RETIRED


def test_prometheus_watches_everything_that_can_be_scraped() -> None:
    monitor = run_stack(stack_environment("local"))
    told = [one for one in manifests(monitor) if "prometheus.yml" in one.get("data", {})]
    (config,) = told
    jobs = config["data"]["prometheus.yml"]
    for job in ("mistral", "mlflow", "monitoring"):
        assert job in jobs


@pytest.mark.parametrize("stack", STACK_NAMES)
def test_what_a_stack_tells_is_each_part_and_what_the_rules_say(stack: str) -> None:
    environment = stack_environment(stack)
    told = stack_outputs(environment)
    assert set(told) == {"models", "mlflow", "monitoring", "residency"}
    assert set(told["models"]) == set(environment["models"])
    for name, model in told["models"].items():
        assert set(model) == {"url", "apiKeySecret", "modelNames", "plan"}
        told = environment["models"][name]
        adapters = [adapter["name"] for adapter in told.get("adapters", [])]
        assert model["modelNames"] == [told["served_model_name"], *adapters]


@pytest.mark.parametrize("stack", STACK_NAMES)
def test_the_rules_judge_every_stack_and_stop_none_of_ours(stack: str) -> None:
    environment = stack_environment(stack)
    found = verdicts(environment)
    assert found["profile"] == environment["residency"]["profile"]
    assert found["counts"]["PASS"]
    if found["profile"] != "local":
        assert (found["counts"]["FAIL"], found["counts"]["UNKNOWN"]) == (0, 0)


def test_what_nobody_declared_is_told_as_unknown_in_the_local_stack() -> None:
    found = verdicts(stack_environment("local"))
    assert found["counts"]["UNKNOWN"]
    assert found["stops"] == 0


def test_a_profile_that_stops_ends_the_program_before_the_first_object_of_a_closed_country() -> (
    None
):
    environment = copy.deepcopy(stack_environment("example"))
    environment["cluster"]["location"]["country"] = "US"
    with pytest.raises(pulumi.RunError) as refused:
        run_stack(environment)
    assert "LOC-01 FAIL" in str(refused.value)
    assert "US" in str(refused.value)


def verdicts(environment: dict[str, Any]) -> dict[str, Any]:
    """What the guard says in the end, with everything known."""
    kept: list[Any] = []
    told = stack_outputs(environment)

    @pulumi.runtime.test
    def resolve() -> Any:
        return pulumi.Output.from_input(told["residency"]).apply(kept.append)

    resolve()
    return kept[0]


def stack_outputs(environment: dict[str, Any]) -> dict[str, Any]:
    left_by_others: Any = pulumi.runtime.get_root_resource()
    if left_by_others is not None:
        left_by_others.outputs.clear()
    # One process has one stack, which still tells what the programs of other tests told.
    root: Any = pulumi.runtime.get_root_resource()
    if root is not None:
        root.outputs.clear()
    run_stack(environment)
    root = pulumi.runtime.get_root_resource()
    return root.outputs


def test_a_kubeconfig_of_the_configuration_reaches_the_provider_as_a_secret() -> None:
    monitor = run_stack(stack_environment("local"), {"hoheit:kubeconfig": "apiVersion: v1"})
    kubeconfig = monitor.one("pulumi:providers:kubernetes").inputs["kubeconfig"]
    assert kubeconfig["value"] == "apiVersion: v1"


@pytest.mark.parametrize(
    ("path", "value", "said"),
    [
        (("models", "mistral", "pool"), "l5", "models.mistral.pool: no pool 'l5'; pools: l4"),
        (("hub",), None, "models.mistral.weights.repository: fetched from hub, which is missing"),
        (
            ("object_store",),
            None,
            "models.mistral.weights: server pods take these from object_store",
        ),
        (("models", "mistral", "replicas"), 3, "pools.l4: 2 nodes of 1 GPU do not hold all pods"),
        (
            ("models", "mistral", "weights", "size_gib"),
            40,
            "models.mistral.weights: 40.00 GiB on each L4",
        ),
        (
            ("cluster", "capabilities", "simulated"),
            False,
            "pools.l4.kind: simulated, but the cluster is not",
        ),
    ],
)
def test_a_wrong_environment_ends_the_program_with_a_sentence(
    path: tuple[str, ...], value: object, said: str
) -> None:
    environment = copy.deepcopy(stack_environment("local"))
    inner = environment
    for part in path[:-1]:
        inner = inner[part]
    inner[path[-1]] = value
    with pytest.raises(pulumi.RunError) as refused:
        run_stack(environment)
    assert said in str(refused.value)


def test_a_stack_without_an_environment_is_told_where_to_begin() -> None:
    with pytest.raises(pulumi.RunError, match=r"Pulumi\.example\.yaml, which shows every field"):
        run_stack(None)
