"""The register of every stack against the resources that it makes."""

from typing import Any

import pytest
from hoheit_policy.guard import ResidencyGuard
from support.monitor import STACKS, run_stack, stack_environment

STACK_NAMES = sorted(file.name.split(".")[1] for file in STACKS.glob("Pulumi.*.yaml"))
UNSEEN = {
    # What the Prometheus of somebody else keeps, no resource of the stack shows.
    "example-shared": ["store 'monitoring: metrics in the operator's Prometheus': "],
}
"""What no resource of a stack can show, and is UNKNOWN therefore."""


@pytest.mark.parametrize("stack", STACK_NAMES)
def test_the_register_of_a_stack_and_its_resources_do_not_differ(
    stack: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[dict[str, Any]] = []
    report = ResidencyGuard.report

    def remembered(guard: ResidencyGuard, register: Any = None) -> Any:
        found = report(guard, register)
        found.apply(told.append)
        return found

    monkeypatch.setattr(ResidencyGuard, "report", remembered)
    environment = stack_environment(stack)
    environment["residency"]["profile"] = "local"
    run_stack(environment)
    (found,) = told
    differing = [one for one in found["findings"] if one["rule"].startswith("REG-")]
    assert [one["verdict"] for one in differing] == ["UNKNOWN" for _ in UNSEEN.get(stack, [])]
    for one, start in zip(differing, UNSEEN.get(stack, []), strict=True):
        assert one["message"].startswith(start)
