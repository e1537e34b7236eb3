"""What a replica's memory goes to, before anything starts: the calculation, line by line."""

from enum import StrEnum

from hoheit_facts import Gpu

from ._args import Args


class Basis(StrEnum):
    """How a number of a plan is known."""

    MEASURED = "measured"
    DECLARED = "declared"
    DERIVED = "derived"
    ESTIMATED = "estimated"
    UNKNOWN = "unknown"


class MemoryShare(Args):
    """One line of the calculation, of each GPU."""

    gib: float | None
    """None where nobody knows."""
    basis: Basis
    source: str
    """Where the number, or the formula of it, comes from."""
    error_gib: float = 0.0
    """How far it may be off, in either direction."""


class MemoryPlan(Args):
    """Memory of each GPU of one replica, or of the container of one without, in GiB."""

    device: str
    """Name of the GPU, or ``CPU``."""
    gpus: int
    """GPUs of one replica; 0 without."""
    version: str
    """Release of vLLM that the plan is about."""
    model: str
    """Where the facts of the model come from."""
    max_model_len: int
    """Tokens of the longest request that the plan is made for."""
    memory: MemoryShare
    """As CUDA names it, or the limit of the container."""
    budget: MemoryShare
    """What the engine may use."""
    weights: MemoryShare
    adapters: MemoryShare
    activations: MemoryShare
    """Peak of the largest step, and what the engine keeps for every request."""
    other: MemoryShare
    """Kernels, NCCL and other memory that PyTorch does not know of."""
    cuda_graphs: MemoryShare
    graphs_in_budget: bool
    """Whether the graphs come out of the budget, or out of :attr:`headroom`."""
    kv_cache: MemoryShare
    """What is left of the budget."""
    headroom: MemoryShare
    """Memory outside the budget."""
    kv_bytes_per_token: int | None = None
    """Of each further token of a long context, on one GPU; of each token in the window where every
    layer has one. None where a request takes the same whatever its length, and, like all below,
    where the model is not known."""
    kv_bytes_per_request: int | None = None
    """Of one request of ``max_model_len`` tokens, on one GPU."""
    kv_block_tokens: int | None = None
    """Tokens in one block; None where a block holds a state instead."""
    kv_blocks: int | None = None
    kv_tokens: int | None = None
    """As the engine logs ``GPU KV cache size``."""
    kv_tokens_at_least: int | None = None
    """The same if every error is against you."""
    max_concurrency: float | None = None
    """Requests of ``max_model_len`` tokens at the same time, as the engine logs them."""
    warnings: tuple[str, ...] = ()
    """What may go wrong although the plan works out."""
    unknown: tuple[str, ...] = ()
    """What this plan does not know."""

    def lines(self) -> list[str]:
        """Return the plan as text, for a terminal and for the log of a preview."""
        replica = f"{self.gpus} GPU{'s' if self.gpus > 1 else ''}" if self.gpus else "no GPU"
        table = [
            ("memory", self.memory, ""),
            ("budget", self.budget, ""),
            ("weights", self.weights, "-"),
            ("adapters", self.adapters, "-"),
            ("activations", self.activations, "-"),
            ("other", self.other, "-"),
            ("CUDA graphs", self.cuda_graphs, "-" if self.graphs_in_budget else " "),
            ("KV cache", self.kv_cache, "="),
            ("headroom", self.headroom, ""),
        ]
        return [
            f"{self.device}, {replica} per replica, vLLM {self.version}, {self.model}",
            *(_row(*row) for row in table),
            *self._tokens(),
            *(f"warning: {text}" for text in self.warnings),
            *(f"unknown: {text}" for text in self.unknown),
        ]

    def _tokens(self) -> list[str]:
        """Say what the engine will log, in its words, so that the two can be compared."""
        if self.kv_tokens is None or self.max_concurrency is None:
            return ["GPU KV cache size: unknown"]
        return [
            f"GPU KV cache size: {self.kv_tokens:,} tokens (at least {self.kv_tokens_at_least:,}), "
            f"{self._blocks()}",
            concurrency(self.max_model_len, self.max_concurrency),
        ]

    def _blocks(self) -> str:
        if self.kv_block_tokens is None or self.kv_bytes_per_token is None:
            return f"{self.kv_blocks:,} blocks, {self.kv_bytes_per_request:,} bytes per request"
        held = (self.kv_blocks or 0) * self.kv_block_tokens
        # Where layers forget, vLLM counts what all requests together may be long.
        apart = abs(held - (self.kv_tokens or 0)) > self.max_model_len
        counted = ", tokens counted as requests x their length" if apart else ""
        return (
            f"{self.kv_blocks:,} blocks of {self.kv_block_tokens}, {self.kv_bytes_per_token:,} "
            f"bytes per token{counted}"
        )


class GpuFit(Args):
    """A GPU on which a model works out, and how many of them."""

    gpu: Gpu
    gpus: int
    plan: MemoryPlan


def concurrency(tokens: int, requests: float) -> str:
    """Return how many requests of one length fit, in the words of the engine's log."""
    return f"Maximum concurrency for {tokens:,} tokens per request: {requests:.2f}x"


def _row(name: str, share: MemoryShare, sign: str) -> str:
    if share.gib is None:
        size = "unknown"
    else:
        error = f" ±{share.error_gib:.2f}" if share.error_gib else ""
        size = f"{share.gib:.2f} GiB{error}"
    return f"  {sign:1} {name:<12} {size:<18} {share.basis.value:<9} {share.source}"
