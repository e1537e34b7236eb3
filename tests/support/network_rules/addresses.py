"""The Services that pods are told of, in whatever they are configured by."""

import json
import re
from collections.abc import Iterator
from typing import Any

from support.manifests import manifests
from support.monitor import Monitor

from .rows import Row
from .world import Pod, World

_ADDRESS = re.compile(
    r"\b(?P<service>[a-z][a-z0-9-]*)(?:\.(?P<namespace>[a-z0-9-]+))?(?:\.svc[a-z0-9.-]*)?:(?P<port>\d+)"
)
_CONFIGURATION = ("ConfigMap", "Secret")

Place = tuple[str, str]
"""Namespace and name."""


def told(world: World, monitor: Monitor) -> Iterator[Row]:
    """Yield each connection that a pod is configured to make to a Service of the stack."""
    objects = manifests(monitor)
    services = {_place(one): one["spec"] for one in objects if one["kind"] == "Service"}
    files = {_place(one): json.dumps(one) for one in objects if one["kind"] in _CONFIGURATION}
    for workload in world.workloads:
        pod = world.stack[workload["metadata"]["name"]]
        spec = json.dumps(workload["spec"]["template"]["spec"])
        read = [text for (space, name), text in files.items() if _reads(pod, spec, space, name)]
        for address in _ADDRESS.finditer(" ".join((spec, *read))):
            place = address["namespace"] or pod.namespace, address["service"]
            for port in services.get(place, {}).get("ports", []):
                if str(port["port"]) == address["port"]:
                    yield from _behind(world, pod, place[0], services[place], port["targetPort"])


def _behind(
    world: World, pod: Pod, namespace: str, service: dict[str, Any], port: str
) -> Iterator[Row]:
    """Yield the connection as rules see it, once the Service is resolved."""
    peer = {"namespace": namespace, "pod_labels": service["selector"]}
    for found in world.stack.values():
        # MLflow is told its own names, to know which it may be called by.
        if found.is_of(peer) and found != pod:
            yield Row(pod.full, found.full, "TCP", str(found.ports[port]))


def _reads(pod: Pod, spec: str, namespace: str, name: str) -> bool:
    return namespace == pod.namespace and json.dumps(name) in spec


def _place(found: dict[str, Any]) -> Place:
    return found["metadata"]["namespace"], found["metadata"]["name"]
