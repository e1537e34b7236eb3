"""Where resources are that a stack only reads."""

from __future__ import annotations

from collections.abc import Iterator

from .places import Place
from .resource import Resource
from .view import KUBERNETES_PROVIDER, View
from .where import places_of

_KUBERNETES = "kubernetes"


def external_places(resource: Resource, view: View) -> Iterator[Place]:
    """Return the places of a resource that is only read; one that shows none is unknown."""
    if not resource.external:
        return
    shown = list(_shown(resource, view))
    yield from shown
    if not shown:
        why = "it is only read, and nothing shows where it is"
        yield Place(what=f"read of {resource.type}", path="", why_unknown=why)


def _shown(resource: Resource, view: View) -> Iterator[Place]:
    yield from places_of(resource, view)
    provider = resource.provider
    if resource.package == _KUBERNETES and provider is not None:
        # An object of a cluster is where its cluster is.
        cluster = Resource(
            urn=resource.urn, type=KUBERNETES_PROVIDER, name=provider.name, inputs=provider.inputs
        )
        yield from places_of(cluster, view)
