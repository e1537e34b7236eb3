"""Targets by the pods that they are read from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from .names import KUBELET, OWN_JOBS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hoheit.scrape_target import ScrapeTarget


@dataclass(frozen=True, kw_only=True)
class Place:
    """One port of one set of pods; it may answer for several targets under several paths."""

    name: str
    """The same in every run, and no other place's."""
    namespace: Any
    """A string, or the output of another resource."""
    selector: dict[str, str]
    port: int


def places_of(targets: Sequence[ScrapeTarget]) -> list[Place]:
    """Return every place once, in the order of the targets."""
    places: dict[tuple[str, int], Place] = {}
    for target in targets:
        place = Place(
            name=f"{target.job}-{target.port}",
            namespace=target.namespace,
            selector=target.selector,
            port=target.port,
        )
        places.setdefault((target.job, target.port), place)
    return list(places.values())


def one_for_each_namespace(places: Sequence[Place]) -> list[Place]:
    """Return the first place of every namespace.

    Outputs of other resources are the same namespace only where they are the same output: their
    values are not known yet.
    """
    found: dict[object, Place] = {}
    for place in places:
        key = place.namespace if isinstance(place.namespace, str) else id(place.namespace)
        found.setdefault(key, place)
    return list(found.values())


def check_targets(targets: Sequence[ScrapeTarget], *, kubelets: bool) -> None:
    """Tell whether the series of all targets stay apart.

    Args:
        targets: What others offer.
        kubelets: Whether the stack asks kubelets too, under a job of its own.

    Raises:
        ValueError: beginning with the path of the first field that makes two of them mix.
    """
    taken = (*OWN_JOBS, KUBELET) if kubelets else OWN_JOBS
    for index, target in enumerate(targets):
        if target.job in taken:
            raise ValueError(
                f"targets[{index}].job: '{target.job}' is a job of the stack itself; choose "
                "another name"
            )
        for before, other in enumerate(targets[:index]):
            if target.job == other.job:
                _check_pair(index, target, before, other)


def _check_pair(index: int, target: ScrapeTarget, before: int, other: ScrapeTarget) -> None:
    if target.exporter == other.exporter:
        raise ValueError(
            f"targets[{index}].job: '{target.job}' with exporter '{target.exporter}' is "
            f"targets[{before}] already; their series would mix, so give one another job"
        )
    if (target.namespace, target.selector) != (other.namespace, other.selector):
        raise ValueError(
            f"targets[{index}].job: '{target.job}' names other pods in targets[{before}]; give "
            "each service a job of its own"
        )
