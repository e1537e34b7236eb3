"""Multi-Instance GPU: the slices that a GPU can be cut into, and their memory."""

from dataclasses import dataclass, replace

from ._data import load
from .gpus import Gpu


@dataclass(frozen=True, kw_only=True)
class MigProfile:
    """One way to cut a GPU."""

    gpu: str
    """Name in the catalogue of GPUs."""
    profile: str
    """As NVIDIA names it: compute slices and memory, for example ``1g.10gb``."""
    memory_mib: int
    """Memory of one slice in MiB."""
    per_gpu: int
    """Slices of this profile that one GPU holds at most."""
    source: str


MIG_PROFILES: tuple[MigProfile, ...] = tuple(
    MigProfile(**record) for record in load("mig_profiles")
)
"""Every profile of the catalogue. GPUs that are not here may know MIG all the same."""


WITHOUT_MIG = frozenset({"T4", "A10G", "L4", "L40S"})
"""GPUs of the catalogue that cannot be cut.

Source: NVIDIA Multi-Instance GPU User Guide, "Supported GPUs", read 2026-11-26: none of them is in
its table.
"""


def mig_profiles_of(gpu: str) -> dict[str, MigProfile]:
    """Return the known profiles of a GPU by name."""
    return {known.profile: known for known in MIG_PROFILES if known.gpu == gpu}


def mig_slice(gpu: Gpu, profile: str, memory_mib: int, source: str) -> Gpu:
    """Return one slice of ``gpu`` as a GPU of its own, which is what a process sees."""
    sources = {
        "compute_capability": gpu.sources["compute_capability"],
        "reported_memory_mib": source,
    }
    return replace(
        gpu,
        name=f"{gpu.name} MIG {profile}",
        reported_memory_mib=memory_mib,
        measured_memory_mib=None,
        sources=sources,
    )
