"""Where Prometheus sends its samples: remote write in configurations, custom resources, charts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, cast

import yaml

from .kubernetes import objects_of
from .object_endpoints import endpoint_place
from .places import Place, lost
from .values import Gap, at, list_at, text_at

if TYPE_CHECKING:
    from .resource import Resource
    from .view import View

_FIELDS = ("remote_write", "remoteWrite", "additionalRemoteWrite")
"""Of prometheus.yml, of Prometheus and PrometheusAgent, and of the values of their chart."""
_PROXIES = ("proxy_url", "proxyUrl")
_SENDERS = ("Prometheus", "PrometheusAgent")
_WHAT = "samples of Prometheus"


def remote_write_places(resource: Resource, view: View) -> Iterator[Place]:
    """Return the place of every remote write that a resource of Kubernetes asks for."""
    if resource.package != "kubernetes":
        return
    for found in objects_of(resource):
        spec = at(found.body, "spec")
        if found.kind in _SENDERS and isinstance(spec, Gap) and spec is not Gap.MISSING:
            yield lost(_WHAT, found.where("spec"), spec)
    for path, listed in _listed(resource.inputs, ""):
        entries = list_at(listed)
        if isinstance(entries, Gap):
            yield lost(_WHAT, path, entries)
            continue
        for index, entry in enumerate(entries):
            yield _place(f"{path}[{index}]", entry, resource, view)


def _place(path: str, entry: Any, resource: Resource, view: View) -> Place:
    if isinstance(entry, Gap):
        return lost(_WHAT, path, entry)
    if any(at(entry, field) is not Gap.MISSING for field in _PROXIES):
        return Place(what=_WHAT, path=path, why_unknown="a proxy may lead them elsewhere")
    return endpoint_place(_WHAT, f"{path}.url", text_at(entry, "url"), resource, view)


def _listed(tree: Any, path: str) -> Iterator[tuple[str, Any]]:
    """Return every remote write below a tree, texts in YAML opened."""
    if isinstance(tree, str):
        yield from _listed(_opened(tree), path)
    elif isinstance(tree, Mapping):
        for key, inner in cast("Mapping[Any, Any]", tree).items():
            place = f"{path}.{key}" if path else str(key)
            if key in _FIELDS and inner is not None:
                yield place, inner
            else:
                yield from _listed(inner, place)
    elif isinstance(tree, list):
        for index, inner in enumerate(cast("list[Any]", tree)):
            yield from _listed(inner, f"{path}[{index}]")


def _opened(text: str) -> Any:
    """Return a text as the tree that it writes down; a broken one is a gap in a list of its own."""
    if not any(field in text for field in _FIELDS):
        return None
    try:
        tree: Any = yaml.safe_load(text)
    except yaml.YAMLError:
        return {_FIELDS[0]: Gap.WRONG}
    return None if isinstance(tree, str) else tree
