"""A cluster whose Services have another domain than `cluster.local`, from stack to rules."""

import copy
from typing import Any

import pulumi
from support.monitor import run_stack, stack_environment

DOMAIN = "platform.example.net"


def test_services_by_the_domain_of_their_cluster_are_no_undeclared_recipients() -> None:
    environment: dict[str, Any] = copy.deepcopy(stack_environment("example"))
    environment["cluster"]["network"]["domain"] = DOMAIN
    kept: list[Any] = []
    export = pulumi.export

    def export_and_keep(name: str, value: Any) -> None:
        export(name, value)
        if name == "residency":
            value.apply(kept.append)

    pulumi.export = export_and_keep
    try:
        monitor = run_stack(environment)
    finally:
        pulumi.export = export
    (guard,) = monitor.of_type("hoheit:index:ResidencyGuard")
    print(guard.inputs, kept)
