"""Every `Pulumi.<stack>.yaml` as a whole program."""

import copy
import json
from typing import Any

import pulumi
import pytest
from support.manifests import manifests, pod_templates
from support.monitor import STACKS, Monitor, run_stack, stack_environment
from support.pod_security import violations

STACK_NAMES = sorted(file.name.split(".")[1] for file in STACKS.glob("Pulumi.*.yaml"))


def names(monitor: Monitor) -> list[str]:
    return sorted(found.name for found in monitor.registered if found.request.custom)


@pytest.mark.parametrize("stack", STACK_NAMES)
def test_every_stack_runs_as_a_whole_program(stack: str) -> None:
    environment = stack_environment(stack)
    monitor = run_stack(environment)
    services = [found.name for found in monitor.of_type("hoheit:index:VllmService")]
    assert sorted(services) == sorted(environment["models"])
    assert all(violations(pod["spec"]) == [] for pod in pod_templates(monitor).values())


@pytest.mark.parametrize("stack", STACK_NAMES)
def test_a_second_run_of_a_stack_registers_the_very_same(stack: str) -> None:
    environment = stack_environment(stack)
    first, second = run_stack(environment), run_stack(environment)
    assert sorted(map(_canonical, manifests(first))) == sorted(map(_canonical, manifests(second)))


def _canonical(found: dict[str, Any]) -> str:
    return json.dumps(found, sort_keys=True)


def test_the_local_stack_is_the_articles_case_on_two_simulated_nodes() -> None:
    assert names(run_stack(stack_environment("local"))) == sorted(
        [
            "l4-node-0",
            "l4-node-1",
            "local-provider",
            "mistral-account",
            "mistral-api-key",
            "mistral-api-key",
            "mistral-gateway",
            "mistral-policy",
            "mistral-server",
            "mistral-service",
            "mistral-weights-account",
            "mistral-weights-job",
            "mistral-weights-policy",
            "models-default-deny",
            "models-namespace",
        ]
    )


@pytest.mark.parametrize("stack", STACK_NAMES)
def test_what_a_stack_tells_is_one_entry_for_each_model_and_one_register(stack: str) -> None:
    environment = stack_environment(stack)
    told = stack_outputs(environment)
    assert set(told) == {"models", "stores", "egress"}
    assert set(told["models"]) == set(environment["models"])
    for name, model in told["models"].items():
        assert set(model) == {"url", "apiKeySecret", "modelNames", "plan"}
        assert model["modelNames"] == [environment["models"][name]["served_model_name"]]
    pools = [f"node disks of pool '{pool}': " for pool in environment["pools"]]
    for store in [f"etcd of cluster '{environment['name']}': ", *pools]:
        assert any(line.startswith(store) for line in told["stores"])
    assert any("model hub" in line for line in told["egress"])
    assert all("country " in line for line in [*told["stores"], *told["egress"]])


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
