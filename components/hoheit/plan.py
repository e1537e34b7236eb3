"""Memory before anything starts: what can be ruled out, and what stays unknown."""

from hoheit_facts import ENGINE, Gpu

from ._args import Args
from .engine import Dtype, EngineSettings, KvCacheDtype
from .model_weights import Architecture, ModelWeights

_GIB = 1024**3
_MIB_PER_GIB = 1024
SHARED_MEMORY_GIB = 2
"""Of /dev/shm in a server pod; it counts against the memory limit of the container."""
_FLOAT32_BYTES = 4
_KV_BYTES = {
    KvCacheDtype.AUTO: 2,
    KvCacheDtype.BFLOAT16: 2,
    KvCacheDtype.FP8: 1,
    KvCacheDtype.FP8_E4M3: 1,
    KvCacheDtype.FP8_E5M2: 1,
}


class MemoryPlan(Args):
    """Memory of each GPU of one replica, in GiB. Upper bounds: what is unknown only takes away."""

    device: str
    """Name of the GPU, or ``CPU``."""
    memory_gib: float
    """Memory of the GPU, or of the server container."""
    memory_source: str
    budget_gib: float
    """What the engine may use: on a GPU, memory times ``gpu_memory_utilization``."""
    weights_gib: float
    """Share of one GPU in the declared size of the weights."""
    kv_cache_gib: float
    """At most: budget minus weights."""
    kv_bytes_per_token: int | None
    """On one GPU; None without architecture facts."""
    kv_tokens: int | None
    """At most, in whole blocks."""
    max_concurrency: float | None
    """At most, requests of full length at the same time."""
    unknown: tuple[str, ...]
    """What this plan does not know."""


class DoesNotFitError(ValueError):
    """The model cannot start on this GPU, whatever the unknowns are."""


def kv_bytes_per_token(architecture: Architecture, engine: EngineSettings, gpus: int) -> int:
    """Return the KV cache bytes that one token takes on one GPU.

    ``2 x layers x kv_heads x head_dim x bytes``, key and value; the heads are divided among
    tensor-parallel GPUs and repeated where there are fewer heads than GPUs.
    """
    heads = max(1, architecture.kv_heads // gpus)
    return 2 * architecture.layers * heads * architecture.head_dim * _kv_bytes(engine)


def kv_tokens(kv_cache_gib: float, bytes_per_token: int) -> int:
    """Return how many tokens fit, in whole blocks of the engine's page size."""
    block_bytes = ENGINE.block_size_tokens * bytes_per_token
    return int(kv_cache_gib * _GIB // block_bytes) * ENGINE.block_size_tokens


def plan_memory(weights: ModelWeights, engine: EngineSettings, gpu: Gpu, gpus: int) -> MemoryPlan:
    """Return the plan of one replica.

    Raises:
        DoesNotFitError: if weights and one request of full length exceed the budget even when
            activations and CUDA graphs took nothing.
    """
    memory = gpu.memory_mib / _MIB_PER_GIB
    budget = memory * engine.gpu_memory_utilization
    share = weights.size_gib / gpus
    left = budget - share
    if left <= 0:
        raise DoesNotFitError(
            f"weights: {share:.2f} GiB on each {gpu.name}, but the engine may use {budget:.2f} GiB "
            f"of {memory:.2f} GiB; take a larger GPU, more gpus, or a quantised model"
        )
    unknown = ["activation peak and CUDA graphs (less room for the KV cache than stated)"]
    per_token = tokens = None
    if weights.architecture is None:
        unknown.append("KV cache per token (weights.architecture is not given)")
    else:
        per_token = kv_bytes_per_token(weights.architecture, engine, gpus)
        tokens = kv_tokens(left, per_token)
        _refuse_long_context(engine, weights.architecture)
        _refuse_short_cache(tokens, engine)
    return MemoryPlan(
        device=gpu.name,
        memory_gib=round(memory, 2),
        memory_source=gpu.memory_source,
        budget_gib=round(budget, 2),
        weights_gib=round(share, 2),
        kv_cache_gib=round(left, 2),
        kv_bytes_per_token=per_token,
        kv_tokens=tokens,
        max_concurrency=None if tokens is None else round(tokens / engine.max_model_len, 2),
        unknown=tuple(unknown),
    )


def plan_host_memory(weights: ModelWeights, engine: EngineSettings, memory_mib: int) -> MemoryPlan:
    """Return the plan of one replica without GPU, in the memory of its container.

    Raises:
        DoesNotFitError: if weights, KV cache and shared memory exceed the limit, or the KV cache
            does not hold one request of full length.
    """
    memory = memory_mib / _MIB_PER_GIB
    budget = memory - SHARED_MEMORY_GIB
    cache = float(engine.cpu_kv_cache_gib or 0)
    if weights.size_gib + cache > budget:
        raise DoesNotFitError(
            f"memory_mib: {memory:.2f} GiB, but weights ({weights.size_gib:.2f} GiB), KV cache "
            f"({cache:.2f} GiB) and shared memory ({SHARED_MEMORY_GIB} GiB) need more; raise it, "
            "or lower engine.cpu_kv_cache_gib"
        )
    unknown = ["activation peak, and what Python and PyTorch take (more memory than stated)"]
    per_token = tokens = None
    if weights.architecture is None:
        unknown.append("KV cache per token (weights.architecture is not given)")
    else:
        per_token = kv_bytes_per_token(weights.architecture, engine, gpus=1)
        tokens = kv_tokens(cache, per_token)
        _refuse_long_context(engine, weights.architecture)
        _refuse_short_cache(tokens, engine)
    return MemoryPlan(
        device="CPU",
        memory_gib=round(memory, 2),
        memory_source="memory_mib of the service",
        budget_gib=round(budget, 2),
        weights_gib=round(weights.size_gib, 2),
        kv_cache_gib=cache,
        kv_bytes_per_token=per_token,
        kv_tokens=tokens,
        max_concurrency=None if tokens is None else round(tokens / engine.max_model_len, 2),
        unknown=tuple(unknown),
    )


def _kv_bytes(engine: EngineSettings) -> int:
    """Return the bytes of one element; ``auto`` is the dtype of the model, at least 16 bit."""
    full = engine.kv_cache_dtype is KvCacheDtype.AUTO and engine.dtype is Dtype.FLOAT32
    return _FLOAT32_BYTES if full else _KV_BYTES[engine.kv_cache_dtype]


def _refuse_long_context(engine: EngineSettings, architecture: Architecture) -> None:
    if engine.max_model_len > architecture.max_position_embeddings:
        raise DoesNotFitError(
            f"engine.max_model_len: {engine.max_model_len} tokens, but the model was made for "
            f"{architecture.max_position_embeddings}; lower it, or state the scaled length in "
            "weights.architecture.max_position_embeddings if the model scales its positions"
        )


def _refuse_short_cache(tokens: int, engine: EngineSettings) -> None:
    if tokens < engine.max_model_len:
        raise DoesNotFitError(
            f"engine.max_model_len: one request of {engine.max_model_len} tokens needs more KV "
            f"cache than there is (at most {tokens} tokens); lower it, or take more GPU memory, or "
            "leave out weights.architecture if the model does not keep a full cache in every layer"
        )
