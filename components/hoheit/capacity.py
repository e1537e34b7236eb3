"""Do all pods of all services fit on the nodes of one pool together?"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
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

    @property
    def numbers(self) -> tuple[int, int, int, int]:
        """The four amounts, always in the same order."""
        return self.gpus, self.cpu_millicores, self.memory_mib, self.disk_gib

    def holds(self, other: Room) -> bool:
        """Tell whether ``other`` fits into this room."""
        return all(has >= need for has, need in zip(self.numbers, other.numbers, strict=True))

    def times(self, other: Room, most: int) -> int:
        """Return how often ``other`` fits, but not more than ``most``."""
        if not self.holds(other):
            return 0
        pairs = zip(self.numbers, other.numbers, strict=True)
        return min([most, *(has // need for has, need in pairs if need > 0)])

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

    def without(self, other: Room, times: int = 1) -> Room:
        """Return what is left when ``other`` has moved in, ``times`` over."""
        return Room(
            gpus=self.gpus - times * other.gpus,
            cpu_millicores=self.cpu_millicores - times * other.cpu_millicores,
            memory_mib=self.memory_mib - times * other.memory_mib,
            disk_gib=self.disk_gib - times * other.disk_gib,
        )


@dataclass(frozen=True, kw_only=True)
class Claim:
    """The pods of one service, those of a rolling change included."""

    pod: Room
    replicas: int
    surge: int = 0
    images: Mapping[str, int] = field(default_factory=dict[str, int])
    """Large images of its pods by name, in GiB; a node holds each once for all pods."""
    keeps_running: bool = True
    """Whether at least one pod is there all the time."""

    @property
    def pods(self) -> list[Room]:
        """Every pod that can exist at the same time."""
        return [self.pod] * (self.replicas + self.surge)

    @property
    def told(self) -> str:
        """The pods in words."""
        extra = f" ({self.surge} of them surge)" if self.surge else ""
        return f"{len(self.pods)} pods of {self.pod.gpus} GPU{extra}"


def refusal(claims: Mapping[str, Claim], node: Room, max_nodes: int) -> str | None:
    """Say why a pool cannot hold all ``claims`` together, or nothing when it can.

    Images lie on the same disk as the pods' volumes, which a node's allocatable does not tell.
    """
    images = images_gib(claims)
    node = replace(node, disk_gib=node.disk_gib - images)
    for name, claim in claims.items():
        if not node.holds(claim.pod):
            lacking = node.lacking(claim.pod)
            full = images and claim.pod.disk_gib > node.disk_gib
            beside = f", where images take {images} GiB of the disk" if full else ""
            return (
                f"'{name}' does not fit on a node ({'; '.join(lacking)}{beside}); ask for less "
                "(a service's gateway counts too), or give the pool larger nodes"
            )
    if fits([pod for claim in claims.values() for pod in claim.pods], node, max_nodes):
        return None
    surges = any(claim.surge for claim in claims.values())
    taken = ", ".join(f"'{name}' {claim.told}" for name, claim in claims.items())
    less = "fewer replicas or less surge" if surges else "fewer replicas"
    return (
        f"{max_nodes} nodes of {node.gpus} GPU do not hold all pods, those of a rolling change "
        f"included: {taken}; allow more nodes, or {less}"
    )


def images_gib(claims: Mapping[str, Claim]) -> int:
    """Return what the images of all claims take on a node that runs pods of each."""
    images = {name: gib for claim in claims.values() for name, gib in claim.images.items()}
    return sum(images.values())


def fits(pods: Iterable[Room], node: Room, max_nodes: int) -> bool:
    """Tell whether first-fit decreasing places every pod on at most ``max_nodes`` nodes.

    Exact in GPUs as long as each size divides the next larger one (1, 2, 4, 8); CPU, memory and
    disk can make it refuse a packing that a perfect search would find, never the reverse.
    """
    nodes: list[Room] = []
    # Pods that are alike are placed together, so the time is that of the kinds, not of the pods.
    alike = Counter(pods)
    for pod in sorted(alike, key=lambda room: (room.gpus, room.memory_mib), reverse=True):
        left = alike[pod]
        for index, free in enumerate(nodes):
            moved = free.times(pod, left)
            nodes[index] = free.without(pod, moved)
            left -= moved
        while left:
            moved = node.times(pod, left)
            if not moved or len(nodes) == max_nodes:
                return False
            nodes.append(node.without(pod, moved))
            left -= moved
    return True
