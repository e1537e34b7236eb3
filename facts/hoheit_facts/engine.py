"""The serving engine this release renders flags for."""

from dataclasses import dataclass

from ._data import load


@dataclass(frozen=True, kw_only=True)
class Engine:
    """What the pinned vLLM does by itself, read from its source."""

    name: str
    version: str
    """The release that serves unless somebody says otherwise."""
    rendered_versions: tuple[str, ...]
    """Releases for which command lines are rendered; of others, only memory is planned."""
    source: str
    block_size_tokens: int
    """Tokens in one page of the KV cache (PagedAttention's block)."""
    default_gpu_memory_utilization: float
    inference_paths: tuple[str, ...]
    """Paths that are asked by POST for an answer: none pauses, reloads, profiles or reveals."""
    tuning_flags: tuple[str, ...]
    """Flags that change speed or output format, and neither GPUs, code, files nor recipients."""
    tuning_flags_source: str
    user: int
    """User id that the image ships; PyTorch fails on a user id without a passwd entry."""
    user_name: str
    user_source: str


def _read() -> Engine:
    record = load("engine")
    listed = ("rendered_versions", "inference_paths", "tuning_flags")
    lists = {key: tuple(record.pop(key)) for key in listed}
    return Engine(**lists, **record)


ENGINE: Engine = _read()
"""The engine of this release."""
