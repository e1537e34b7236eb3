"""GPU models: memory, compute capability, and where each number comes from."""

from dataclasses import dataclass
from typing import Any

from ._data import load


@dataclass(frozen=True, kw_only=True)
class Gpu:
    """One GPU model."""

    name: str
    """Name in the catalogue, for example ``L4``."""
    compute_capability: str
    """CUDA compute capability, for example ``8.9``."""
    reported_memory_mib: int
    """Memory in MiB as the cloud that rents it reports it; more than a process can allocate."""
    measured_memory_mib: int | None
    """Framebuffer in MiB as seen on the device (used plus free); None where nobody measured it."""
    sources: dict[str, str]
    """Field name to where the value was read, with its date."""

    @property
    def memory_mib(self) -> int:
        """The best known framebuffer in MiB: measured, else reported."""
        return self.measured_memory_mib or self.reported_memory_mib

    @property
    def memory_source(self) -> str:
        """Where :attr:`memory_mib` comes from."""
        field = "measured_memory_mib" if self.measured_memory_mib else "reported_memory_mib"
        return self.sources[field]


def _read(records: list[dict[str, Any]]) -> dict[str, Gpu]:
    return {record["name"]: Gpu(**record) for record in records}


GPUS: dict[str, Gpu] = _read(load("gpus"))
"""Every GPU model of the catalogue by name."""
