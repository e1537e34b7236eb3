"""What each vLLM version takes of a GPU beside weights and KV cache, as its source says."""

from dataclasses import dataclass
from typing import Any

from ._data import load
from .gpus import Gpu

_MIB_PER_GIB = 1024


@dataclass(frozen=True, kw_only=True)
class BatchDefaults:
    """What ``vllm serve`` sets where nobody does, by the memory of the GPU."""

    min_memory_gib: int
    not_gpus: tuple[str, ...]
    """Beginnings of the names of GPUs that are left out in spite of their memory."""
    max_num_batched_tokens: int
    max_num_seqs: int


@dataclass(frozen=True, kw_only=True)
class EngineMemory:
    """How one vLLM version finds the memory of its KV cache."""

    source: str
    default_gpu_memory_utilization: float
    batch_defaults: tuple[BatchDefaults, ...]
    largest_capture_size: dict[str, int]
    """Tokens of the largest CUDA graph by compute capability, and by ``default``."""
    cpu_max_num_batched_tokens: int
    cpu_max_num_seqs: int
    cpu_block_size_tokens: int
    """Tokens in one page of the KV cache of the CPU build."""
    cpu_kernel_block_size_tokens: int
    """Pages of the CPU build are multiples of this where the engine enlarges them."""
    cpu_latent_block_size_tokens: int | None
    """The same for latent attention on a processor without AMX; None where it is not served."""
    graphs_in_budget: bool
    """Whether CUDA graphs come out of ``gpu_memory_utilization``, or out of what it leaves."""
    graph_error_factor: float
    """Graphs take at most this many times the estimate, and as little as the estimate over it."""
    graph_error_source: str
    sampler_float32_copies: float
    """Copies of the logits in float32 that exist at once while the profile run samples."""
    sampler_source: str
    request_state_bytes_per_vocabulary_entry: float
    """Kept on the GPU for each of ``max_num_seqs`` requests: counts of tokens for penalties."""

    def batch_for(self, gpu: Gpu) -> BatchDefaults:
        """Return the defaults of ``vllm serve`` on a GPU."""
        memory = gpu.reported_memory_mib / _MIB_PER_GIB
        return next(
            entry
            for entry in self.batch_defaults
            if memory >= entry.min_memory_gib and not gpu.name.startswith(entry.not_gpus)
        )

    def capture_limit(self, gpu: Gpu) -> int:
        """Return the tokens of the largest CUDA graph on a GPU."""
        sizes = self.largest_capture_size
        return sizes.get(gpu.compute_capability, sizes["default"])


@dataclass(frozen=True, kw_only=True)
class ObservedMemory:
    """What no source derives: read from published start-up logs, with how far they lie apart."""

    cuda_context_gib: float
    """At least; taken before vLLM looks at the GPU, so outside its budget."""
    cuda_context_source: str
    unmeasured_framebuffer_error: float
    """Share by which the memory that a cloud reports exceeds what CUDA names."""
    unmeasured_framebuffer_source: str
    one_gpu_non_torch_gib: float
    one_gpu_non_torch_error_gib: float
    one_gpu_non_torch_source: str
    parallel_non_torch_gib: float
    parallel_non_torch_error_gib: float
    parallel_non_torch_source: str
    cpu_processes_gib: float
    """Python and PyTorch in the processes of the CPU build, before a model."""
    cpu_processes_source: str
    graph_kib_per_layer_and_size: int
    graph_source: str


def _version(record: dict[str, Any]) -> EngineMemory:
    entries: list[dict[str, Any]] = record.pop("batch_defaults")
    defaults = tuple(
        BatchDefaults(not_gpus=tuple(entry.pop("not_gpus")), **entry) for entry in entries
    )
    return EngineMemory(batch_defaults=defaults, **record)


_RECORD = load("engine_memory")
ENGINE_MEMORY: dict[str, EngineMemory] = {
    version: _version(record) for version, record in _RECORD["versions"].items()
}
"""By version of vLLM."""
OBSERVED_MEMORY = ObservedMemory(**_RECORD["observed"])
"""The same for every version, within its errors."""


def engine_memory(version: str) -> EngineMemory:
    """Return the facts of one vLLM version.

    Raises:
        ValueError: if nobody has read that version's source.
    """
    if version not in ENGINE_MEMORY:
        raise ValueError(
            f"version: no facts about the memory of vLLM {version}; known: "
            f"{', '.join(ENGINE_MEMORY)}"
        )
    return ENGINE_MEMORY[version]
