"""All places of one resource, and of the declarations themselves."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from typing import TYPE_CHECKING

from .aws_places import aws_places
from .hcloud_places import hcloud_addresses, hcloud_locations
from .kubernetes_places import balancer_places, cluster_places, volume_places
from .places import Place, located
from .register_places import recipient_places, store_places
from .view import KUBERNETES_PROVIDER

if TYPE_CHECKING:
    from .resource import Resource
    from .view import View


def places_of(resource: Resource, view: View) -> Iterator[Place]:
    """Return every place that a resource makes, uses or sends user data to."""
    return chain(places_but_hetzners(resource, view), hcloud_locations(resource, view))


def places_but_hetzners(resource: Resource, view: View) -> Iterator[Place]:
    """Return the places without the locations of Hetzner Cloud, which have rules of their own."""
    return chain(
        aws_places(resource, view),
        hcloud_addresses(resource, view),
        cluster_places(resource, view),
        volume_places(resource, view),
        balancer_places(resource),
        store_places(resource, view),
        recipient_places(resource, view),
    )


def declared_places(view: View) -> Iterator[Place]:
    """Return the clusters that are declared and that no provider of the collection leads to."""
    used = {
        view.cluster_by(resource.inputs).key
        for resource in view.resources
        if resource.type == KUBERNETES_PROVIDER
    }
    for name, cluster in view.declarations.clusters.items():
        if name not in used:
            what, path = f"cluster '{name}'", f"clusters.{name}.location"
            yield located(what, path, cluster.location, view.today)
