"""Nodes that are only objects, on which no container runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .objects import mapping_at

if TYPE_CHECKING:
    from .objects import Object

_KWOK = "kwok.x-k8s.io/node"
"""Annotation of nodes that kwok keeps alive, with the value ``fake``."""


def is_simulated(node: Object) -> bool:
    """Tell whether a node is only an object."""
    return mapping_at(node, "metadata", "annotations").get(_KWOK) == "fake"
