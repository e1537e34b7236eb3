"""Controllers that keep pods running."""

from typing import Any

from hoheit_lab.providers.kubernetes.cluster import Cluster

from .pods import problems
from .verdict import READY, Verdict, condition, explain, failed, waiting


def deployment(obj: dict[str, Any], cluster: Cluster) -> Verdict:
    """All pods are of the newest template, available, and no others are left."""
    if not _observed(obj):
        return waiting("waiting for its controller")
    if obj["spec"].get("paused"):
        return READY
    progressing = condition(obj, "Progressing")
    if progressing.get("reason") == "ProgressDeadlineExceeded":
        reasons = [explain(progressing), *_why(obj, cluster)]
        return failed("its rollout made no progress within progressDeadlineSeconds", reasons)
    status, wanted = obj.get("status") or {}, _replicas(obj)
    updated, available = status.get("updatedReplicas", 0), status.get("availableReplicas", 0)
    if updated < wanted or available < wanted:
        ready = min(updated, available)
        return waiting(f"{ready} of {wanted} pods are ready", _why(obj, cluster))
    left = status.get("replicas", 0) - updated
    if left > 0:
        # They stay because the new ones are not ready, or because they take their time to end.
        pods = "1 pod" if left == 1 else f"{left} pods"
        message = f"the previous version still has {pods}"
        return waiting(message, _why(obj, cluster))
    return READY


def replica_set(obj: dict[str, Any], cluster: Cluster) -> Verdict:
    """All pods are available."""
    if not _observed(obj):
        return waiting("waiting for its controller")
    wanted, available = _replicas(obj), (obj.get("status") or {}).get("availableReplicas", 0)
    if available < wanted:
        return waiting(f"{available} of {wanted} pods are ready", _why(obj, cluster))
    return READY


def stateful_set(obj: dict[str, Any], cluster: Cluster) -> Verdict:
    """All pods are available, and those that the strategy updates are of the newest template."""
    if not _observed(obj):
        return waiting("waiting for its controller")
    status, wanted = obj.get("status") or {}, _replicas(obj)
    ready = min(status.get("readyReplicas", 0), status.get("availableReplicas", wanted))
    if ready < wanted:
        return waiting(f"{ready} of {wanted} pods are ready", _why(obj, cluster))
    strategy = obj["spec"].get("updateStrategy") or {}
    if strategy.get("type") == "OnDelete":
        return READY
    partition = (strategy.get("rollingUpdate") or {}).get("partition") or 0
    updated = status.get("updatedReplicas", 0)
    if partition:
        expected = max(wanted - partition, 0)
        done = updated >= expected
    else:
        expected, done = wanted, status.get("currentRevision") == status.get("updateRevision")
    if not done:
        return waiting(f"{updated} of {expected} pods are updated", _why(obj, cluster))
    return READY


def daemon_set(obj: dict[str, Any], cluster: Cluster) -> Verdict:
    """Every node that should have a pod has one of the newest template, available."""
    if not _observed(obj):
        return waiting("waiting for its controller")
    status = obj.get("status") or {}
    wanted = status.get("desiredNumberScheduled", 0)
    available = status.get("numberAvailable", 0)
    updated = status.get("updatedNumberScheduled", 0)
    if (obj["spec"].get("updateStrategy") or {}).get("type") == "OnDelete":
        updated = wanted
    if available < wanted or updated < wanted:
        ready = min(available, updated)
        return waiting(f"{ready} of {wanted} nodes have a ready pod", _why(obj, cluster))
    return READY


def _observed(obj: dict[str, Any]) -> bool:
    generation = obj["metadata"].get("generation", 0)
    return (obj.get("status") or {}).get("observedGeneration", 0) >= generation


def _replicas(obj: dict[str, Any]) -> int:
    return int(obj["spec"].get("replicas", 1))


def _why(obj: dict[str, Any], cluster: Cluster) -> list[str]:
    """The controller's own complaint (a quota, an admission policy), and those of the pods."""
    reasons: list[str] = []
    failure = condition(obj, "ReplicaFailure")
    if failure.get("status") == "True":
        reasons.append(explain(failure))
    elif obj["kind"] != "Deployment":
        # These say nothing in their status when they may not create pods; events do.
        reasons += cluster.warnings(obj)[-1:]
    selector = obj["spec"].get("selector")
    if obj["kind"] == "ReplicationController":
        selector = {"matchLabels": selector}
    return reasons + problems(cluster, obj["metadata"].get("namespace"), selector)
