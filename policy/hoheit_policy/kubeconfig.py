"""The API server that a kubeconfig leads to; nothing else of a kubeconfig leaves this module."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import yaml

from .values import Gap, list_at, map_at, text_at


@dataclass(frozen=True, kw_only=True)
class ApiServer:
    """Where requests go to."""

    url: str
    proxied: bool
    """Requests go through a proxy, which sees where they lead and may lead them elsewhere."""


def api_server_of(inputs: Any) -> ApiServer | Gap:
    """Return the API server of the settings of a Kubernetes provider.

    ``cluster`` counts before ``context``, and that before the current context, as in kubectl. Of a
    file only the path is given, so that it cannot be read here.
    """
    given = text_at(inputs, "kubeconfig")
    if isinstance(given, Gap):
        return given
    try:
        tree: Any = yaml.safe_load(given)
    except yaml.YAMLError:
        return Gap.WRONG
    name = text_at(inputs, "cluster")
    if name is Gap.MISSING:
        name = _cluster_of_context(tree, inputs)
    cluster = name if isinstance(name, Gap) else _named(tree, "clusters", name, "cluster")
    url = cluster if isinstance(cluster, Gap) else text_at(cluster, "server")
    if isinstance(url, Gap):
        return Gap.UNKNOWN if url is Gap.UNKNOWN else Gap.WRONG
    return ApiServer(url=url, proxied=text_at(cluster, "proxy-url") is not Gap.MISSING)


def _cluster_of_context(tree: Any, inputs: Any) -> str | Gap:
    context = text_at(inputs, "context")
    if context is Gap.MISSING:
        context = text_at(tree, "current-context")
    if isinstance(context, Gap):
        return context
    found = _named(tree, "contexts", context, "context")
    return found if isinstance(found, Gap) else text_at(found, "cluster")


def _named(tree: Any, field: str, name: str, inner: str) -> dict[str, Any] | Gap:
    """Return the only entry of a list that has a name."""
    listed = list_at(tree, field)
    if isinstance(listed, Gap):
        return listed
    found = [entry for entry in listed if text_at(entry, "name") == name]
    return map_at(found[0], inner) if len(found) == 1 else Gap.WRONG
