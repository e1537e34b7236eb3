"""The longest request and the largest step that a replica is planned for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hoheit._sizing.activations import Step

from .model import HALF_BYTES, Model, UnknownModel
from .refusals import refuse_full_step, refuse_large_blocks, refuse_long_context

if TYPE_CHECKING:
    from hoheit.plan import ModelRequest


def max_model_len(request: ModelRequest, model: Model | UnknownModel) -> int:
    """Return the longest request in tokens.

    Raises:
        DoesNotFitError: if it is longer than the model's.
        ValueError: if nobody says it.
    """
    if isinstance(model, UnknownModel):
        if request.max_model_len is None:
            raise ValueError(
                f"engine.max_model_len: required, because the model's own is not known: "
                f"{model.reason}"
            )
        return request.max_model_len
    if request.max_model_len is not None:
        refuse_long_context(request.max_model_len, model.architecture)
        return request.max_model_len
    return model.architecture.max_model_len


def largest_step(
    request: ModelRequest,
    model: Model | UnknownModel,
    *,
    default_tokens: int,
    default_requests: int,
    tensor_parallel: int = 1,
) -> Step:
    """Return the largest step: what is set, else the defaults of the engine on this hardware.

    vLLM lowers its default to what the requests can fill, and leaves alone what somebody set.

    Raises:
        DoesNotFitError: if the request contradicts itself or the model.
        ValueError: if nobody says how long a request is.
    """
    length = max_model_len(request, model)
    refuse_full_step(request.max_num_batched_tokens, request.max_num_seqs)
    refuse_large_blocks(request.block_size, length)
    requests = request.max_num_seqs or default_requests
    tokens = request.max_num_batched_tokens or min(default_tokens, requests * length)
    return Step(
        tokens=tokens,
        requests=min(requests, tokens),
        max_model_len=length,
        element_bytes=model.element_bytes if isinstance(model, Model) else HALF_BYTES,
        tensor_parallel=tensor_parallel,
    )
