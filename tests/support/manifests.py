"""Recorded registrations, read as the Kubernetes objects that they become."""

from collections.abc import Iterator
from typing import Any, cast

from support.monitor import Monitor, Registered

SECRET_MARK = "4dabf18193072939515e22adb298388d"
"""The engine's own mark of a special value; `support.monitor` leaves secrets marked."""


def manifests(monitor: Monitor) -> list[dict[str, Any]]:
    """Every Kubernetes object of a run, secrets in clear and names as the provider would give."""
    return [manifest(found) for found in kubernetes(monitor)]


def kubernetes(monitor: Monitor) -> list[Registered]:
    """Every registration of a Kubernetes object."""
    return [found for found in monitor.registered if found.type.startswith("kubernetes:")]


def manifest(registered: Registered) -> dict[str, Any]:
    """One Kubernetes object, with the name that the provider would make up."""
    plain = revealed(registered.inputs)
    metadata = {"name": f"{registered.name}-abc12", **plain.get("metadata", {})}
    return {**plain, "metadata": metadata}


def revealed(value: Any) -> Any:
    """The value without marks of secrets, and with whole numbers where JSON has none."""
    if isinstance(value, dict):
        fields = cast("dict[str, Any]", value)
        if SECRET_MARK in fields:
            return revealed(fields["value"])
        return {name: revealed(inner) for name, inner in fields.items()}
    if isinstance(value, list):
        return [revealed(inner) for inner in cast("list[Any]", value)]
    return int(value) if isinstance(value, float) and value.is_integer() else value


def pod_templates(monitor: Monitor) -> dict[str, dict[str, Any]]:
    """The pod templates of a run by the name of their workload's resource."""
    return {
        found.name: manifest(found)["spec"]["template"]
        for found in kubernetes(monitor)
        if "template" in found.inputs.get("spec", {})
    }


def containers(pod: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Every container of a pod spec, init containers first."""
    yield from pod.get("initContainers", [])
    yield from pod["containers"]
