"""The pods of a model service: which of them answers, and what keeps the others from it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .errors import UsageError
from .finding import Unread
from .objects import labels_of, list_at, mapping_at, name_of
from .simulated import is_simulated

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .kubectl import Kubectl
    from .objects import Object
    from .served import Served

INSTANCE = "app.kubernetes.io/instance"


def pods_of(cluster: Kubectl, service: Served) -> list[Object]:
    """Return the pods of a service, and of the Jobs that bring its weights.

    Raises:
        UsageError: if the cluster does not show them.
    """
    names = ",".join((service.name, *service.jobs))
    found = cluster.objects(
        "pods", f"--namespace={service.namespace}", f"--selector={INSTANCE} in ({names})"
    )
    if isinstance(found, Unread):
        raise UsageError(f"the pods of '{service.name}' cannot be read: {found.why}")
    return found


def answering_pod(cluster: Kubectl, service: Served) -> str:
    """Return the name of a pod that clients of a service come to.

    Raises:
        UsageError: if none is ready, with what each of its pods waits for, or if they are
            simulated.
    """
    entrance = _selector(cluster, service)
    pods = pods_of(cluster, service)
    ready = [pod for pod in pods if entrance.items() <= labels_of(pod).items() and is_ready(pod)]
    if not ready:
        raise UsageError(_nobody(service, pods))
    real = _on_real_nodes(cluster, ready)
    if not real:
        node = mapping_at(ready[0], "spec").get("nodeName")
        raise UsageError(
            f"pods of '{service.name}' are SIMULATED: node {node} is only an object, no container "
            "runs on it, and nobody answers; deploy to a cluster with real nodes (`make local "
            "REAL=1` makes one here)"
        )
    return name_of(real[0])


def simulated_nodes(cluster: Kubectl) -> frozenset[str]:
    """Return the names of nodes that are only objects; none, where nodes may not be read."""
    nodes = cluster.objects("nodes")
    if isinstance(nodes, Unread):
        return frozenset()
    return frozenset(map(name_of, filter(is_simulated, nodes)))


def is_ready(pod: Object) -> bool:
    """Return whether a pod takes requests."""
    leaves = "deletionTimestamp" in pod["metadata"]
    return not leaves and condition(pod, "Ready").get("status") == "True"


def condition(pod: Object, kind: str) -> Object:
    """Return one condition of a pod, an empty one where nobody has set it."""
    for found in list_at(pod, "status", "conditions"):
        if found.get("type") == kind:
            return found
    return {}


def obstacle(pod: Object) -> str:
    """Say what a pod that is not ready waits for."""
    scheduled = condition(pod, "PodScheduled")
    if scheduled.get("status") == "False":
        return f"is not scheduled: {scheduled.get('message', scheduled.get('reason', 'unknown'))}"
    init = list_at(pod, "status", "initContainerStatuses")
    sidecars = _sidecars(pod)
    for status in (one for one in init if one["name"] not in sidecars):
        if said := _of_init_container(status):
            return said
    for status in (one for one in init if one["name"] in sidecars and not one.get("started")):
        if said := _of_server(status):
            return said
    # A sidecar that has started may wait for the server beside it, which is the one to look at.
    for status in list_at(pod, "status", "containerStatuses"):
        if said := _of_server(status):
            return said
    if "deletionTimestamp" in pod["metadata"]:
        return "is being deleted"
    return f"is {mapping_at(pod, 'status').get('phase', 'Unknown')}"


def _sidecars(pod: Object) -> frozenset[str]:
    containers = list_at(pod, "spec", "initContainers")
    return frozenset(one["name"] for one in containers if one.get("restartPolicy") == "Always")


def _of_init_container(status: Object) -> str | None:
    if "running" in mapping_at(status, "state"):
        return f"container '{status['name']}' is at work"
    ended = mapping_at(status, "state", "terminated")
    return None if ended.get("exitCode") == 0 else _of_server(status)


def _of_server(status: Object) -> str | None:
    name = status["name"]
    if waiting := mapping_at(status, "state", "waiting"):
        reason = waiting.get("reason", "waiting")
        if reason == "PodInitializing":
            return None
        last = mapping_at(status, "lastState", "terminated")
        code = f" (ended with {last['exitCode']})" if "exitCode" in last else ""
        message = f": {waiting['message']}" if waiting.get("message") else ""
        return f"container '{name}': {reason}{code}{message}"
    if ended := mapping_at(status, "state", "terminated"):
        return f"container '{name}' ended with {ended.get('exitCode')}"
    runs = "running" in mapping_at(status, "state") and not status.get("ready")
    return f"container '{name}' runs and is not ready yet" if runs else None


def _nobody(service: Served, pods: Sequence[Object]) -> str:
    waiting = [pod for pod in pods if not is_ready(pod) and _is_under_way(pod)]
    if not waiting:
        return (
            f"'{service.name}' has no pod in namespace {service.namespace}; look at its Deployment "
            f"with `kubectl -n {service.namespace} describe deployment`, or run `pulumi up`"
        )
    said = "; ".join(f"pod {name_of(pod)}: {' '.join(obstacle(pod).split())}" for pod in waiting)
    return f"'{service.name}' is not ready: {said}"


def _is_under_way(pod: Object) -> bool:
    return mapping_at(pod, "status").get("phase") != "Succeeded"


def _selector(cluster: Kubectl, service: Served) -> dict[str, str]:
    """Return the labels of the pods behind a Service."""
    found = cluster.objects("service", service.name, f"--namespace={service.namespace}")
    if isinstance(found, Unread):
        raise UsageError(f"the Service '{service.name}' cannot be read: {found.why}")
    if not found:
        raise UsageError(
            f"there is no Service '{service.name}' in namespace {service.namespace}, though the "
            "state has one; run `pulumi up --refresh`, or name the cluster with --context"
        )
    return mapping_at(found[0], "spec", "selector")


def _on_real_nodes(cluster: Kubectl, pods: Sequence[Object]) -> list[Object]:
    simulated = simulated_nodes(cluster)
    return [pod for pod in pods if mapping_at(pod, "spec").get("nodeName") not in simulated]
