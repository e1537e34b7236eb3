"""Places in and around Kubernetes clusters: control plane, volumes, load balancers."""

from __future__ import annotations

from collections.abc import Iterator

from .cluster_hosts import shown_places
from .kubernetes import KubernetesObject, annotations_of, claims_of, objects_of
from .places import Place, in_region, in_zone, located, lost
from .resource import Resource
from .values import Gap, text_at
from .view import KUBERNETES_PROVIDER, ClusterRef, View

_HETZNER = "load-balancer.hetzner.cloud"
HETZNER_NOTES = (f"{_HETZNER}/location", f"{_HETZNER}/network-zone")
"""Annotations by which Hetzner's controller is told where to put a load balancer."""
_WITHOUT_BALANCER = ("ClusterIP", "NodePort", "ExternalName")


def cluster_places(resource: Resource, view: View) -> Iterator[Place]:
    """Return the cluster behind a provider; a resource without a provider goes to no known one."""
    if resource.type == KUBERNETES_PROVIDER:
        found = view.cluster_by(resource.inputs)
        shown = [] if found.declared else shown_places(resource, view)
        yield from shown or [_cluster(found, view)]
    elif resource.package == "kubernetes" and resource.custom and resource.provider is None:
        yield Place(
            what="cluster of the current kubeconfig context",
            path="provider",
            why_unknown="it changes behind the stack's back; give the resource a provider",
        )


def _cluster(found: ClusterRef, view: View) -> Place:
    path = "clusterIdentifier"
    if isinstance(found.key, Gap):
        return lost("cluster", path, found.key)
    what = f"cluster '{found.key}'"
    if found.declared is None:
        why = f"declarations.clusters has no '{found.key}'"
        return Place(what=what, path=path, why_unknown=why)
    return located(what, path, found.declared.location, view.today)


def volume_places(resource: Resource, view: View) -> Iterator[Place]:
    """Return where the volumes of claims lie, by their storage class."""
    for path, claim in claims_of(resource):
        name = text_at(claim, "storageClassName")
        place = f"{path}.storageClassName"
        if isinstance(name, Gap):
            yield lost("volume", place, name)
            continue
        cluster = view.cluster_of(resource.provider).declared
        declared = cluster.storage_classes.get(name) if cluster else None
        location = declared.location if declared else None
        yield located(f"volume of storage class '{name}'", place, location, view.today)


def balancer_places(resource: Resource) -> Iterator[Place]:
    """Return where Hetzner's controller puts a load balancer that an annotation asks for.

    No resource of the stack shows that balancer: the controller makes it.
    """
    for found in objects_of(resource):
        if found.kind == "Service":
            yield from _balancer(found)


def _balancer(found: KubernetesObject) -> Iterator[Place]:
    notes = annotations_of(found)
    if isinstance(notes, Gap):
        if text_at(found.body, "spec", "type") not in (Gap.MISSING, *_WITHOUT_BALANCER):
            yield lost("load balancer", found.where("metadata", "annotations"), notes)
        return
    for key, read in zip(HETZNER_NOTES, (_in_location, in_zone), strict=True):
        path = found.where("metadata", "annotations", key)
        code = text_at(notes, key)
        if isinstance(code, str):
            yield read("load balancer", path, code, "hcloud")
        elif code is not Gap.MISSING:
            yield lost("load balancer", path, code)


def _in_location(what: str, path: str, code: str, provider: str) -> Place:
    return in_region(what, path, code, (provider,))
