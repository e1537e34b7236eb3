"""The serving engine this release renders flags for."""

from dataclasses import dataclass

from ._data import load


@dataclass(frozen=True, kw_only=True)
class Route:
    """One HTTP route that a client of a model may need."""

    method: str
    path: str


@dataclass(frozen=True, kw_only=True)
class Engine:
    """What the pinned vLLM does by itself, read from its source."""

    name: str
    version: str
    source: str
    block_size_tokens: int
    """Tokens in one page of the KV cache (PagedAttention's block)."""
    default_gpu_memory_utilization: float
    routes: tuple[Route, ...]
    """Inference routes only: nothing that pauses, reloads, profiles or reveals the server."""
    user: int
    """User id that the image ships; PyTorch fails on a user id without a passwd entry."""
    user_name: str
    user_source: str


def _read() -> Engine:
    record = load("engine")
    routes = tuple(Route(**route) for route in record.pop("routes"))
    return Engine(routes=routes, **record)


ENGINE: Engine = _read()
"""The engine of this release."""
