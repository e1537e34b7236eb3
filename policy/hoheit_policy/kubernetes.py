"""Kubernetes objects in resources: kinds, lists, pod specs, containers, claims."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from .resource import Resource
from .values import Gap, at, list_at, map_at, text_at

_TOKEN = re.compile(r"kubernetes:(?P<group>[^/:]+)(/(?P<version>[^:]+))?:(?P<kind>\w+)")

_TEMPLATED = (
    "Deployment",
    "StatefulSet",
    "DaemonSet",
    "ReplicaSet",
    "ReplicationController",
    "Job",
)
_POD_PATHS: dict[str, tuple[str, ...]] = {
    "Pod": ("spec",),
    "PodTemplate": ("template", "spec"),
    "CronJob": ("spec", "jobTemplate", "spec", "template", "spec"),
    **dict.fromkeys(_TEMPLATED, ("spec", "template", "spec")),
}
_FIELDS = (
    *("spec", "template", "data", "items", "parameters", "provisioner"),
    *("endpoints", "subsets", "webhooks"),
)
CONTAINER_FIELDS = ("initContainers", "containers", "ephemeralContainers")
DEFAULT_NAMESPACE = "default"


@dataclass(frozen=True, kw_only=True)
class KubernetesObject:
    """One object, which a resource is or has in a list."""

    kind: str
    path: str
    """Where it is in the resource; empty if it is the resource."""
    body: Any

    def where(self, *path: str | int) -> str:
        """Return a path inside of the object as the resource's user writes it."""
        text = self.path
        for part in path:
            text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else part
        return text


@dataclass(frozen=True, kw_only=True)
class Container:
    """One container of a pod, whatever carries the pod."""

    path: str
    body: Any
    name: str


def group_of(resource: Resource) -> str | None:
    """Return the API group of a Kubernetes resource, or None for anything else."""
    match = _TOKEN.fullmatch(resource.type)
    return match["group"] if match else None


def objects_of(resource: Resource) -> tuple[KubernetesObject, ...]:
    """Return the objects of a resource: itself, or the items of a list."""
    return resource.once(_objects)


def _objects(resource: Resource) -> tuple[KubernetesObject, ...]:
    return tuple(_read(resource))


def _read(resource: Resource) -> Iterator[KubernetesObject]:
    match = _TOKEN.fullmatch(resource.type)
    if match is None:
        return
    kind = match["kind"].removesuffix("Patch")
    yield from _nested(kind, "", {"metadata": resource.look("metadata"), **_fields(resource)})


def _nested(kind: str, path: str, body: Any) -> Iterator[KubernetesObject]:
    """Return an object, or what is in a list; a list may hold others."""
    if not kind.endswith("List"):
        yield KubernetesObject(kind=kind, path=path, body=body)
        return
    place = f"{path}.items" if path else "items"
    items = list_at(body, "items")
    if isinstance(items, Gap):
        yield KubernetesObject(kind="List", path=place, body=items)
        return
    for index, item in enumerate(items):
        named = text_at(item, "kind")
        own = named if isinstance(named, str) else kind.removesuffix("List") or "List"
        yield from _nested(own, f"{place}[{index}]", item)


def _fields(resource: Resource) -> dict[str, Any]:
    return {name: resource.look(name) for name in _FIELDS}


def namespace_of(found: KubernetesObject, resource: Resource) -> str | Gap:
    """Return the namespace of an object, which a provider may have set as its default."""
    given = text_at(found.body, "metadata", "namespace")
    if given is not Gap.MISSING:
        return given
    preset = text_at(resource.provider.inputs if resource.provider else {}, "namespace")
    return DEFAULT_NAMESPACE if preset is Gap.MISSING else preset


def pods_of(resource: Resource) -> Iterator[tuple[KubernetesObject, tuple[str, ...], Any]]:
    """Return every pod spec of a resource with the object that carries it and its path."""
    for found in objects_of(resource):
        if found.kind in _POD_PATHS:
            path = _POD_PATHS[found.kind]
            yield found, path, at(found.body, *path)
        elif found.kind == "List":
            yield found, (), found.body


def containers_of(resource: Resource) -> Iterator[Container]:
    """Return every container, init and ephemeral ones among them.

    A gap takes the place of a container where a pod cannot be read, so that nobody passes it by.
    """
    for found, path, spec in pods_of(resource):
        if isinstance(spec, Gap):
            yield Container(path=found.where(*path), body=spec, name="")
            continue
        for field in CONTAINER_FIELDS:
            listed = list_at(spec, field)
            if isinstance(listed, Gap):
                if listed is not Gap.MISSING or field == "containers":
                    yield Container(path=found.where(*path, field), body=listed, name="")
                continue
            for index, body in enumerate(listed):
                name = text_at(body, "name")
                yield Container(
                    path=found.where(*path, field, index),
                    body=body,
                    name=name if isinstance(name, str) else "",
                )


def image_volumes_of(resource: Resource) -> Iterator[tuple[str, Any]]:
    """Return path and reference of every image that a pod mounts as a volume."""
    for found, path, spec in pods_of(resource):
        volumes = list_at(spec, "volumes")
        below = ("image", "reference")
        for place, reference in _each(found, (*path, "volumes"), volumes, below):
            if reference is not Gap.MISSING:
                yield place, reference


def claims_of(resource: Resource) -> Iterator[tuple[str, Any]]:
    """Return path and spec of every volume claim: its own object, templates, ephemeral volumes."""
    for found in objects_of(resource):
        if found.kind == "PersistentVolumeClaim":
            yield found.where("spec"), at(found.body, "spec")
        if found.kind == "StatefulSet":
            path = ("spec", "volumeClaimTemplates")
            yield from _each(found, path, list_at(found.body, *path), ("spec",))
    for found, path, spec in pods_of(resource):
        below = ("ephemeral", "volumeClaimTemplate", "spec")
        volumes = list_at(spec, "volumes")
        for place, claim in _each(found, (*path, "volumes"), volumes, below):
            if claim is not Gap.MISSING:
                yield place, claim


def _each(
    found: KubernetesObject,
    path: tuple[str, ...],
    listed: list[Any] | Gap,
    below: tuple[str, ...],
) -> Iterator[tuple[str, Any]]:
    if listed is Gap.MISSING:
        return
    if isinstance(listed, Gap):
        yield found.where(*path), listed
        return
    for index, item in enumerate(listed):
        yield found.where(*path, index, *below), at(item, *below)


def annotations_of(found: KubernetesObject) -> dict[str, Any] | Gap:
    """Return the annotations of an object; none is an empty mapping."""
    given = map_at(found.body, "metadata", "annotations")
    return {} if given is Gap.MISSING else given
