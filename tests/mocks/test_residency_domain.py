"""A cluster whose Services have another domain than `cluster.local`, from stack to rules."""

import copy
import json
from typing import Any

import pulumi
from support.monitor import run_stack, stack_environment

DOMAIN = "platform.example.net"


def test_a_stack_declares_the_domain_by_which_its_pods_call_each_other() -> None:
    environment: dict[str, Any] = copy.deepcopy(stack_environment("example"))
    environment["cluster"]["network"]["domain"] = DOMAIN
    monitor = run_stack(environment)
    guard = monitor.one("hoheit:index:ResidencyGuard").inputs["declarations"]
    assert [one["domain"] for one in guard["clusters"].values()] == [DOMAIN]
    pods = [one.inputs for one in monitor.of_type("kubernetes:apps/v1:Deployment")]
    assert f".svc.{DOMAIN}" in json.dumps(pods, default=str)
    found = residency()
    assert (found["counts"]["FAIL"], found["counts"]["UNKNOWN"]) == (0, 0)


def residency() -> dict[str, Any]:
    """What the guard of the last program says in the end."""
    kept: list[Any] = []
    root: Any = pulumi.runtime.get_root_resource()

    @pulumi.runtime.test
    def resolve() -> Any:
        return pulumi.Output.from_input(root.outputs["residency"]).apply(kept.append)

    resolve()
    return kept[0]
