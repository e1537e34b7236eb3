"""What an author of a cluster driver needs, and a user of the components does not."""

from ._args import Args, Labels, check_namespace, plain, validated
from ._explain import explain
from ._patterns import written_as
from ._placement import GPU_RESOURCE, GPU_TAINT, POOL_LABEL
from .capacity import Claim, Room, refusal
from .location import where

__all__ = [
    "GPU_RESOURCE",
    "GPU_TAINT",
    "POOL_LABEL",
    "Args",
    "Claim",
    "Labels",
    "Room",
    "check_namespace",
    "explain",
    "plain",
    "refusal",
    "validated",
    "where",
    "written_as",
]
