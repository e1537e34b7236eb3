"""Do all pods of all services fit on the nodes of one pool together?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


@dataclass(frozen=True, kw_only=True)
class Room:
    """What one node offers, or what one pod asks for."""

    gpus: int
    cpu_millicores: int
    memory_mib: int
    disk_gib: int

    def holds(self, other: Room) -> bool:
        """Tell whether ``other`` fits into this room."""
        return not self.lacking(other)

    def lacking(self, other: Room) -> list[str]:
        """Name each resource of which ``other`` asks for more than this room has."""
        pairs = {
            "GPUs": (other.gpus, self.gpus),
            "CPU (millicores)": (other.cpu_millicores, self.cpu_millicores),
            "memory (MiB)": (other.memory_mib, self.memory_mib),
            "disk (GiB)": (other.disk_gib, self.disk_gib),
        }
        return [
            f"{what}: {need} asked, {has} there"
            for what, (need, has) in pairs.items()
            if need > has
        ]

    def without(self, other: Room) -> Room:
        """Return what is left when ``other`` has moved in."""
        return Room(
            gpus=self.gpus - other.gpus,
            cpu_millicores=self.cpu_millicores - other.cpu_millicores,
            memory_mib=self.memory_mib - other.memory_mib,
            disk_gib=self.disk_gib - other.disk_gib,
        )


@dataclass(frozen=True, kw_only=True)
class Claim:
    """The pods of one service, those of a rolling change included."""

    pod: Room
    replicas: int
    surge: int = 0

    @property
    def pods(self) -> list[Room]:
        """Every pod that can exist at the same time."""
        return [self.pod] * (self.replicas + self.surge)


def refusal(claims: Mapping[str, Claim], node: Room, max_nodes: int) -> str | None:
    """Say why a pool cannot hold all ``claims`` together, or nothing when it can."""
    for name, claim in claims.items():
        if lacking := node.lacking(claim.pod):
            return (
                f"'{name}' does not fit on a node ({'; '.join(lacking)}); ask for less, or give "
                "the pool larger nodes"
            )
    if fits([pod for claim in claims.values() for pod in claim.pods], node, max_nodes):
        return None
    surges = any(claim.surge for claim in claims.values())
    taken = ", ".join(
        f"'{name}' {len(claim.pods)} pods of {claim.pod.gpus} GPU" for name, claim in claims.items()
    )
    less = "fewer replicas or less surge" if surges else "fewer replicas"
    return (
        f"{max_nodes} nodes of {node.gpus} GPU do not hold all pods, those of a rolling change "
        f"included: {taken}; allow more nodes, or {less}"
    )


def fits(pods: Iterable[Room], node: Room, max_nodes: int) -> bool:
    """Tell whether first-fit decreasing places every pod on at most ``max_nodes`` nodes.

    Exact in GPUs as long as each size divides the next larger one (1, 2, 4, 8); CPU, memory and
    disk can make it refuse a packing that a perfect search would find, never the reverse.
    """
    nodes: list[Room] = []
    for pod in sorted(pods, key=lambda room: (room.gpus, room.memory_mib), reverse=True):
        place = next((index for index, free in enumerate(nodes) if free.holds(pod)), None)
        if place is not None:
            nodes[place] = nodes[place].without(pod)
        elif len(nodes) < max_nodes and node.holds(pod):
            nodes.append(node.without(pod))
        else:
            return False
    return True
