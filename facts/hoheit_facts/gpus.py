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
    """Memory in MiB that CUDA names as the total, or used plus free of the framebuffer: without
    what the driver reserves, which differs by driver. None where nobody measured it."""
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


def gpu_named(text: str) -> Gpu:
    """Return a GPU by its name in the catalogue, in any case, with or without ``nvidia-``.

    The beginning of a name is enough where only one GPU begins with it.

    Raises:
        ValueError: if none or more than one is meant.
    """
    wanted = text.lower().removeprefix("nvidia-")
    by_name = {name.lower(): gpu for name, gpu in GPUS.items()}
    if wanted in by_name:
        return by_name[wanted]
    meant = [gpu for name, gpu in by_name.items() if wanted and name.startswith(f"{wanted}-")]
    if len(meant) == 1:
        return meant[0]
    if meant:
        raise ValueError(f"'{text}' may be {' or '.join(gpu.name for gpu in meant)}; say which")
    raise ValueError(f"no '{text}' in the catalogue; known: {', '.join(GPUS)}")
