"""What an author of a cluster driver needs, and a user of the components does not."""

from ._args import Args, plain, validated
from ._explain import explain
from ._placement import GPU_RESOURCE, GPU_TAINT, POOL_LABEL
from .capacity import Claim, Room, refusal
from .location import where

__all__ = [
    "GPU_RESOURCE",
    "GPU_TAINT",
    "POOL_LABEL",
    "Args",
    "Claim",
    "Room",
    "explain",
    "plain",
    "refusal",
    "validated",
    "where",
]
