"""Pods: when they are ready, and what keeps them from it."""

from typing import Any

from hoheit_lab.providers.kubernetes.cluster import Cluster
from hoheit_lab.providers.kubernetes.kinds import Kind

from .verdict import READY, Verdict, condition, explain, failed, waiting

POD = Kind("v1", "Pod")
_SHOWN = 5
# A container waits for a moment under these reasons in every healthy start.
_HARMLESS = frozenset({"ContainerCreating", "PodInitializing"})


def pod(obj: dict[str, Any], cluster: Cluster) -> Verdict:
    """A pod is ready when it says so, or when it has done its work."""
    phase = (obj.get("status") or {}).get("phase")
    if phase == "Succeeded" or condition(obj, "Ready").get("status") == "True":
        return READY
    if phase == "Failed":
        return failed("it failed", problems_of(obj) or [explain(obj.get("status") or {})])
    return waiting("waiting for it to be ready", _why(obj, cluster))


def problems(cluster: Cluster, namespace: str | None, selector: dict[str, Any] | None) -> list[str]:
    """What is wrong with the pods that a selector finds; the same trouble is told once."""
    if not selector:
        return []
    told: dict[str, str] = {}
    for one in cluster.select(POD, namespace, selector):
        if _is_well(one) or one["metadata"].get("deletionTimestamp"):
            continue
        for problem in _why(one, cluster):
            told.setdefault(problem, one["metadata"]["name"])
    return [f"pod {name}: {problem}" for problem, name in told.items()][:_SHOWN]


def problems_of(obj: dict[str, Any]) -> list[str]:
    """What is wrong with a pod, as its scheduler and its containers say."""
    found: list[str] = []
    scheduled = condition(obj, "PodScheduled")
    if scheduled.get("status") == "False":
        found.append(explain(scheduled))
    status = obj.get("status") or {}
    for key in ("initContainerStatuses", "containerStatuses"):
        for container in status.get(key) or []:
            found += _container_problems(container)
    return found


def _why(obj: dict[str, Any], cluster: Cluster) -> list[str]:
    """The most telling reason there is: what is wrong, else what happened, else what is missing."""
    unready = condition(obj, "Ready")
    return (
        problems_of(obj)
        or cluster.warnings(obj)[-1:]
        or ([explain(unready)] if unready.get("status") == "False" else [])
    )


def _container_problems(container: dict[str, Any]) -> list[str]:
    found: list[str] = []
    name, state = container.get("name"), container.get("state") or {}
    pending = state.get("waiting")
    if pending and pending.get("reason") not in _HARMLESS:
        found.append(f"container {name}: {explain(pending)}")
    for ended in (state.get("terminated"), (container.get("lastState") or {}).get("terminated")):
        if ended and ended.get("exitCode"):
            code = ended["exitCode"]
            found.append(f"container {name} ended with exit code {code} ({explain(ended)})")
            break
    return found


def _is_well(obj: dict[str, Any]) -> bool:
    done = (obj.get("status") or {}).get("phase") == "Succeeded"
    return done or condition(obj, "Ready").get("status") == "True"
