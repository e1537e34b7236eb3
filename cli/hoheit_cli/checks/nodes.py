"""Are the nodes of the pools there, marked as they must be, and as large as stated?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hoheit.driver import GPU_RESOURCE, POOL_LABEL
from hoheit_facts import GPUS
from hoheit_infra import CpuNodes, SimulatedNodes

from hoheit_cli.finding import Unread, differs, missing, ok, unknown
from hoheit_cli.objects import labels_of, list_at, mapping_at, name_of
from hoheit_cli.quantities import quantity
from hoheit_cli.simulated import is_simulated

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hoheit import Capabilities, NodeShape
    from hoheit_facts import Gpu
    from hoheit_infra.existing_nodes import AnyNodes

    from hoheit_cli.finding import Finding
    from hoheit_cli.objects import Object

_GPU_MEMORY = "nvidia.com/gpu.memory"
"""Label with the memory of one GPU in MiB, from NVIDIA's GPU feature discovery."""
_GPU_PRODUCT = "nvidia.com/gpu.product"
_MEMORY_TOLERANCE = 0.1
"""Between what a driver reports and what the catalogue has; other models differ by more."""
_OF_HOHEIT = ("app.kubernetes.io/part-of", "hoheit")
"""Label on every object that hoheit makes."""
_ROOM = {
    "cpu_millicores": ("cpu", 1000),
    "memory_mib": ("memory", 2**-20),
    "disk_gib": ("ephemeral-storage", 2**-30),
}
"""Field of a pool to the resource of a node, and the factor from its base unit."""


def check_simulation(stated: Capabilities, nodes: list[Object] | Unread) -> list[Finding]:
    """Hold ``simulated`` against the nodes that are only simulated."""
    path = "cluster.capabilities.simulated"
    if isinstance(nodes, Unread):
        return [nodes.finding(path)]
    fake = [name_of(node) for node in nodes if is_simulated(node)]
    seen = (
        f"{str(stated.simulated).lower()} stated; {len(fake)} of {len(nodes)} nodes are SIMULATED"
    )
    if stated.simulated == bool(fake):
        return [ok(path, seen)]
    if stated.simulated:
        return [
            differs(path, seen, "state simulated: false, or name the context of a kwok cluster")
        ]
    return [differs(path, f"{seen}: {', '.join(fake)}", "pods on them run nothing; remove them")]


def check_pool(
    name: str, stated: AnyNodes, nodes: list[Object] | Unread, pods: list[Object] | Unread
) -> list[Finding]:
    """Hold the nodes of one pool against what is stated of them.

    Args:
        name: Name of the pool.
        stated: What the stack file says.
        nodes: All nodes of the cluster.
        pods: All pods; those of others' DaemonSets take room from their nodes.
    """
    path = f"pools.{name}"
    if isinstance(nodes, Unread):
        return [nodes.finding(path)]
    simulated = isinstance(stated, SimulatedNodes)
    selector = {POOL_LABEL: name} if isinstance(stated, SimulatedNodes) else stated.node_selector
    found = [node for node in nodes if selector.items() <= labels_of(node).items()]
    if not found and simulated:
        return [ok(path, "no node yet; `pulumi up` makes them")]
    if not found:
        return [_no_node(path, selector)]
    shape = stated.shape()
    used = [node for node in found if not _why_closed(node)] or found
    findings = [_count(path, shape.max_nodes, found)]
    if shape.gpus:
        findings.append(_taint(path, used))
        findings.append(_gpus(path, shape, used))
    if not isinstance(stated, CpuNodes) and not simulated:
        findings.append(_model(path, GPUS[stated.gpu], used))
    if isinstance(pods, Unread):
        return [*findings, pods.finding(f"{path}: room that DaemonSets leave")]
    return [*findings, *(_room(f"{path}.{field}", field, stated, used, pods) for field in _ROOM)]


def _no_node(path: str, selector: Mapping[str, str]) -> Finding:
    labels = " ".join(f"{key}={value}" for key, value in selector.items())
    return missing(
        path, f"no node carries {labels}", f"label the nodes: kubectl label node NODE {labels}"
    )


def _count(path: str, stated: int, found: list[Object]) -> Finding:
    closed = {name_of(node): why for node in found if (why := _why_closed(node))}
    usable = len(found) - len(closed)
    seen = f"{stated} stated; {usable} take pods"
    if closed:
        seen += f"; not {', '.join(f'{name} ({why})' for name, why in closed.items())}"
    if usable >= stated:
        return ok(f"{path}.nodes", seen)
    return differs(f"{path}.nodes", seen, "add nodes, open those that are closed, or state fewer")


def _why_closed(node: Object) -> str:
    """Say why no pod of ours lands on a node, or nothing when one can."""
    conditions: list[Object] = list_at(node, "status", "conditions")
    if mapping_at(node, "spec").get("unschedulable"):
        return "cordoned"
    if not any(one["type"] == "Ready" and one["status"] == "True" for one in conditions):
        return "not ready"
    foreign = [taint for taint in list_at(node, "spec", "taints") if not _is_tolerated(taint)]
    return ", ".join(f"taint {taint['key']}:{taint['effect']}" for taint in foreign)


def _is_tolerated(taint: Object) -> bool:
    return taint["effect"] == "PreferNoSchedule" or _is_gpu_taint(taint)


def _is_gpu_taint(taint: Object) -> bool:
    return taint["key"] == GPU_RESOURCE and taint["effect"] == "NoSchedule"


def _taint(path: str, found: list[Object]) -> Finding:
    subject = f"{path}: taint {GPU_RESOURCE}"
    bare = [
        name_of(node)
        for node in found
        if not any(map(_is_gpu_taint, list_at(node, "spec", "taints")))
    ]
    if not bare:
        return ok(subject, "on every node")
    return missing(
        subject,
        f"not on {', '.join(bare)}: pods without need of a GPU may fill these nodes",
        f"kubectl taint node {' '.join(bare)} {GPU_RESOURCE}=present:NoSchedule",
    )


def _gpus(path: str, shape: NodeShape, found: list[Object]) -> Finding:
    resource, stated = shape.gpu_resource, shape.gpus
    offered = {name_of(node): int(_allocatable(node, resource)) for node in found}
    least = min(offered, key=lambda name: offered[name])
    seen = f"{stated} stated; {least} offers {offered[least]} {resource}, no node fewer"
    subject = f"{path}.gpus_per_node"
    if offered[least] >= stated:
        return ok(subject, seen)
    if offered[least] == 0:
        way = "install the NVIDIA device plugin or the GPU operator, or set device_plugin"
        return missing(subject, seen, way)
    return differs(subject, seen, "state what the smallest node offers")


def _model(path: str, gpu: Gpu, found: list[Object]) -> Finding:
    subject = f"{path}.gpu"
    if not all(_GPU_MEMORY in labels_of(node) for node in found):
        return unknown(
            subject,
            f"not every node carries the label {_GPU_MEMORY}",
            "run NVIDIA's GPU feature discovery, or look: nvidia-smi",
        )
    other = [_seen_gpu(node) for node in found if not _is_about(node, gpu.reported_memory_mib)]
    stated = f"{gpu.name} with {gpu.reported_memory_mib} MiB stated"
    if other:
        return differs(subject, f"{stated}; {', '.join(other)}", "name the model that is there")
    products = sorted({labels_of(node).get(_GPU_PRODUCT, "GPU") for node in found})
    return ok(subject, f"{stated}; {', '.join(products)} of this size there")


def _is_about(node: Object, memory_mib: int) -> bool:
    return abs(int(labels_of(node)[_GPU_MEMORY]) / memory_mib - 1) <= _MEMORY_TOLERANCE


def _seen_gpu(node: Object) -> str:
    labels = labels_of(node)
    return f"{name_of(node)} has {labels.get(_GPU_PRODUCT, 'a GPU')} of {labels[_GPU_MEMORY]} MiB"


def _room(
    subject: str, field: str, stated: AnyNodes, found: list[Object], pods: list[Object]
) -> Finding:
    resource, factor = _ROOM[field]
    left = {
        name_of(node): float(_allocatable(node, resource) - _taken(pods, name_of(node), resource))
        * factor
        for node in found
    }
    least = min(left, key=lambda name: left[name])
    wanted: int = getattr(stated, field)
    room = f"{least} has {int(left[least])} left by others' DaemonSets, no node less"
    seen = f"{wanted} stated; {room}"
    if int(left[least]) >= wanted:
        return ok(subject, seen)
    return differs(subject, seen, f"state {int(left[least])}")


def _taken(pods: list[Object], node: str, resource: str) -> Any:
    """Return what the pods of others' DaemonSets on a node ask for; init containers run before.

    A pool is stated before there is a DaemonSet of hoheit, and those come and go with its parts.
    """
    return sum(
        quantity(mapping_at(container, "resources", "requests").get(resource, "0"))
        for pod in pods
        if pod["spec"].get("nodeName") == node and _is_of_others_daemon_set(pod)
        for container in list_at(pod, "spec", "containers")
    )


def _is_of_others_daemon_set(pod: Object) -> bool:
    owners: list[Object] = list_at(pod, "metadata", "ownerReferences")
    of_hoheit = _OF_HOHEIT in labels_of(pod).items()
    return not of_hoheit and any(owner["kind"] == "DaemonSet" for owner in owners)


def _allocatable(node: Object, resource: str) -> Any:
    return quantity(mapping_at(node, "status", "allocatable").get(resource, "0"))
