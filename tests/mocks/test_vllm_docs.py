"""What the page of VllmService shows: its program, its snippets, and the plan that it prints."""

import copy
from typing import Any

import pytest
import yaml
from hoheit import MemoryPlan
from support import samples
from support.documents import DOCS, python_block, yaml_blocks
from support.manifests import manifests, pod_templates
from support.monitor import Monitor, run_source, run_stack, stack_environment
from support.pod_security import violations

PAGE = "components/vllm-service.md"
SNIPPETS = yaml_blocks(PAGE)


@pytest.fixture(scope="module")
def monitor() -> Monitor:
    return run_source(python_block(PAGE))


def environment(snippet: str) -> dict[str, Any]:
    """The local stack with a part of its service, on a cluster that offers what parts ask for."""
    whole = copy.deepcopy(stack_environment("local"))
    whole["cluster"]["capabilities"]["keda"] = {"namespace": "keda"}
    whole["object_store"]["bucket"] = "models"
    whole["pools"]["l4"]["nodes"] = 8
    whole["pools"]["trial"] = samples.cpu_nodes(memory_mib=16_000).model_dump(mode="json")
    model = whole["models"]["mistral"]
    for field, value in yaml.safe_load(snippet).items():
        if field == "pool" and value == "trial":
            model["engine"].pop("gpu_memory_utilization", None)
        model[field] = {**model.get(field, {}), **value} if isinstance(value, dict) else value
    return whole


def test_the_program_runs_as_it_stands(monitor: Monitor) -> None:
    kinds = [found["kind"] for found in manifests(monitor)]
    assert {"Deployment", "Service", "Job", "NetworkPolicy", "PodDisruptionBudget"} <= set(kinds)
    assert all(violations(pod["spec"]) == [] for pod in pod_templates(monitor).values())


def test_the_containers_of_a_pod_start_in_the_order_of_the_page(monitor: Monitor) -> None:
    pod = pod_templates(monitor)["mistral-server"]["spec"]
    started = [one["name"] for one in [*pod["initContainers"], *pod["containers"]]]
    assert started == ["weights", "gateway", "vllm"]
    page = (DOCS / PAGE).read_text("utf-8")
    listed = [page.index(f". `{name}` ") for name in started]
    assert listed == sorted(listed)


def test_the_page_lists_every_volume_of_a_pod_but_secrets_and_configuration(
    monitor: Monitor,
) -> None:
    pod = pod_templates(monitor)["mistral-server"]["spec"]
    page = (DOCS / PAGE).read_text("utf-8")
    own = [one["name"] for one in pod["volumes"] if not {"secret", "configMap"} & one.keys()]
    assert own
    assert [name for name in own if f"\n| `{name}` | " not in page] == []


def test_the_plan_is_the_one_that_the_program_gets(monitor: Monitor) -> None:
    (found,) = [values for urn, values in monitor.outputs if "VllmService::" in urn]
    text = "\n".join(MemoryPlan.model_validate(found["plan"]).lines())
    assert f"```text\n{text}\n```" in (DOCS / PAGE).read_text("utf-8"), text


@pytest.mark.parametrize("snippet", SNIPPETS, ids=range(len(SNIPPETS)))
def test_every_snippet_is_a_part_of_a_service_that_a_stack_can_make(snippet: str) -> None:
    made = run_stack(environment(snippet))
    assert "mistral-server" in pod_templates(made)
