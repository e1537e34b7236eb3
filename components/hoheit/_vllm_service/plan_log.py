"""The memory plan of a service in Pulumi's log, where somebody reads it before pods start."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pulumi

if TYPE_CHECKING:
    from hoheit.memory_plan import MemoryPlan


def log_plan(name: str, plan: MemoryPlan, service: pulumi.Resource) -> None:
    """Show the calculation in preview, and always what may go wrong although it works out."""
    if pulumi.runtime.is_dry_run():
        calculation = plan.model_copy(update={"warnings": ()}).lines()
        text = "\n".join(calculation)
        pulumi.log.info(f"memory plan of VllmService '{name}':\n{text}", service)
    for warning in plan.warnings:
        pulumi.log.warn(f"VllmService '{name}': {warning}", service)
