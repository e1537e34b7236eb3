"""Fields of Kubernetes objects that hold an address outside of URLs."""

from typing import Any

from ._data import load

_DATA: dict[str, Any] = load("kubernetes_hosts")

POD_HOSTS: tuple[str, ...] = tuple(_DATA["pod"])
"""Paths in the spec of a pod; ``[]`` is every item of a list."""

CONTAINER_HOSTS: tuple[str, ...] = tuple(_DATA["container"])
"""Paths in a container."""

OBJECT_HOSTS: dict[str, tuple[str, ...]] = {
    kind: tuple(paths) for kind, paths in _DATA["kinds"].items()
}
"""Paths in an object, by its kind."""
