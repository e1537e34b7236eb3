"""What a pod on GPU nodes has to ask for, and how it gets there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, cast

from pulumi import Output

from ._placement import GPU_RESOURCE, GPU_TOLERATION

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pulumi_kubernetes.core.v1 import PodSpecArgsDict

_CONTAINERS = ("containers", "init_containers", "initContainers")
_SELECTORS = ("node_selector", "nodeSelector")
_VENDOR = "nvidia.com/"


def placed(
    pod: PodSpecArgsDict,
    *,
    node_selector: Mapping[str, str],
    gpu_resource: str,
    gpus_per_node: int,
) -> PodSpecArgsDict:
    """Return the pod spec with what leads it onto the nodes of a pool.

    Args:
        pod: The spec, in plain values as far as its GPUs go.
        node_selector: Labels of the pool's nodes.
        gpu_resource: Extended resource that the nodes offer.
        gpus_per_node: How many of it one node has; 0 without GPUs.

    Raises:
        ValueError: beginning with the path of what a pod on these nodes cannot ask for.
    """
    spec = _mapping("pod", pod)
    _check_selector(spec)
    _check_tolerations(spec)
    _check_gpus(spec, gpu_resource, gpus_per_node)
    key = "nodeSelector" if "nodeSelector" in spec else "node_selector"
    spec[key] = {**_inner("pod", spec, key), **node_selector}
    if gpus_per_node:
        spec["tolerations"] = [*(spec.get("tolerations") or []), GPU_TOLERATION]
    return cast("PodSpecArgsDict", spec)


def _mapping(path: str, value: Any) -> dict[str, Any]:
    """Return a part of the spec that preview has to read."""
    _check_plain(path, value)
    if not isinstance(value, Mapping):
        raise ValueError(f"{path}: should be a mapping, as in PodSpecArgsDict")  # noqa: TRY004
    return dict(cast("Mapping[str, Any]", value))


def _inner(path: str, outer: Mapping[str, Any], key: str) -> dict[str, Any]:
    value = outer.get(key)
    return {} if value is None else _mapping(f"{path}.{key}", value)


def _items(spec: Mapping[str, Any], key: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield each mapping of a list of the spec, by its path."""
    values: Any = spec.get(key)
    if values is None:
        return
    _check_plain(key, values)
    if not isinstance(values, list | tuple):
        raise ValueError(f"{key}: should be a list of mappings")  # noqa: TRY004
    for index, value in enumerate(cast("list[Any]", values)):
        yield f"{key}[{index}]", _mapping(f"{key}[{index}]", value)


def _check_plain(path: str, value: Any) -> None:
    if isinstance(value, Output):
        raise ValueError(  # noqa: TRY004
            f"{path}: is an Output, which is known only after deployment; preview reads what the "
            "pod asks for, so give plain values down to the number of GPUs"
        )


def _check_selector(spec: Mapping[str, Any]) -> None:
    if any(name in spec for name in ("node_name", "nodeName")):
        raise ValueError("node_name: leave it out; the pool leads the pod to its nodes")
    if all(name in spec for name in _SELECTORS):
        raise ValueError("nodeSelector: given as node_selector too; leave out one of the two")


def _check_tolerations(spec: Mapping[str, Any]) -> None:
    for path, toleration in _items(spec, "tolerations"):
        # Without a key a toleration is one of every taint.
        if toleration.get("key", GPU_RESOURCE) == GPU_RESOURCE:
            raise ValueError(f"{path}: lets the pod onto GPU nodes; leave it out, the pool adds it")


def _check_gpus(spec: Mapping[str, Any], resource: str, most: int) -> None:
    asked = dict(_asked(spec))
    for path, (name, requested, limit) in asked.items():
        if name != resource or not most:
            offered = resource if most else "none"
            raise ValueError(f"{path}: {name}, but the pool's nodes offer {offered}")
        # A request may be left out: Kubernetes takes the limit for it.
        if limit is None or requested not in (None, limit):
            raise ValueError(
                f"{path}: {requested} requested with a limit of {limit}; GPUs are not overcommitted"
                ", so set both to the same number"
            )
        if not limit.isdecimal() or int(limit) < 1:
            raise ValueError(f"{path}: '{limit}'; GPUs are whole, so write 1, 2, 4 or 8")
        if int(limit) > most:
            raise ValueError(f"{path}: {limit}, but a node of the pool has {most}")
    if most and not asked:
        raise ValueError(
            f"containers: none asks for {resource}, so the pod would take room of those that do; "
            "take a pool without GPUs"
        )


def _asked(spec: Mapping[str, Any]) -> Iterator[tuple[str, tuple[str, str | None, str | None]]]:
    """Yield each GPU resource of each container: its path, name, request and limit."""
    for group in _CONTAINERS:
        for here, container in _items(spec, group):
            resources = _inner(here, container, "resources")
            requests = _inner(f"{here}.resources", resources, "requests")
            limits = _inner(f"{here}.resources", resources, "limits")
            for name in sorted({*requests, *limits}):
                if name.startswith(_VENDOR):
                    path = f"{here}.resources.limits[{name}]"
                    asked = (_text(path, requests.get(name)), _text(path, limits.get(name)))
                    yield path, (name, *asked)


def _text(path: str, quantity: Any) -> str | None:
    _check_plain(path, quantity)
    return None if quantity is None else str(quantity)
