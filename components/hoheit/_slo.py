"""Whether the engine's histograms can tell if an objective is met."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from hoheit_facts import bucket_boundaries

if TYPE_CHECKING:
    from .service_level import Objectives


@dataclass(frozen=True, kw_only=True)
class Latency:
    """One objective as its histogram has it."""

    field: str
    """Its field in ``objectives``."""
    histogram: str
    seconds: float

    @property
    def name(self) -> str:
        """What it is about, for a label."""
        return self.field.removesuffix("_seconds")


def latencies(objectives: Objectives) -> list[Latency]:
    """Return the latencies that are given."""
    found = {
        "time_to_first_token_seconds": "vllm:time_to_first_token_seconds",
        "end_to_end_seconds": "vllm:e2e_request_latency_seconds",
    }
    values = {field: getattr(objectives, field) for field in found}
    return [
        Latency(field=field, histogram=found[field], seconds=seconds)
        for field, seconds in values.items()
        if seconds is not None
    ]


def check_objectives(objectives: Objectives, exporter: str, version: str) -> None:
    """Tell whether this version counts at each objective.

    Args:
        objectives: what is meant to be met.
        exporter: the engine.
        version: its version, which decides on the boundaries.

    Raises:
        ValueError: beginning with the field that no histogram can tell.
    """
    for latency in latencies(objectives):
        boundaries = bucket_boundaries(exporter, version, latency.histogram)
        if latency.seconds not in boundaries:
            raise ValueError(_no_boundary(latency, f"{exporter} {version}", boundaries))


def _no_boundary(latency: Latency, engine: str, boundaries: tuple[float, ...]) -> str:
    if not boundaries:
        return (
            f"objectives.{latency.field}: the buckets of {latency.histogram} in {engine} are not "
            "known; leave it out, or take a version of which they are"
        )
    return (
        f"objectives.{latency.field}: {latency.seconds:g} is no bucket boundary of "
        f"{latency.histogram} in {engine}, so nobody could tell whether it is met; take "
        f"{' or '.join(f'{one:g}' for one in _neighbours(latency.seconds, boundaries))}"
    )


def _neighbours(seconds: float, boundaries: tuple[float, ...]) -> list[float]:
    for lower, upper in pairwise(boundaries):
        if lower < seconds < upper:
            return [lower, upper]
    return [boundaries[0] if seconds < boundaries[0] else boundaries[-1]]
