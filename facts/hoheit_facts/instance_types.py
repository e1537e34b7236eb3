"""What can be rented or bought with GPUs inside, by provider."""

from dataclasses import dataclass

from ._data import load


@dataclass(frozen=True, kw_only=True)
class InstanceType:
    """One machine type. That it is listed says nothing of stock, region or quota."""

    provider: str
    name: str
    gpu: str
    """Name in the catalogue of GPUs."""
    gpus: int
    """GPUs in one machine."""
    vcpu: int | None
    """Virtual CPUs; None where the source does not say."""
    memory_gib: int | None
    """Memory of the machine in GiB, of which a part is allocatable; None likewise."""
    source: str


INSTANCE_TYPES: tuple[InstanceType, ...] = tuple(
    InstanceType(**record) for record in load("instance_types")
)
"""Every machine type of the catalogue."""


def instance_types_with(gpu: str, gpus: int) -> list[InstanceType]:
    """Return the types with at least ``gpus`` of this GPU, the smallest first."""
    found = [one for one in INSTANCE_TYPES if one.gpu == gpu and one.gpus >= gpus]
    return sorted(found, key=lambda one: (one.gpus, one.memory_gib or 0, one.provider, one.name))
