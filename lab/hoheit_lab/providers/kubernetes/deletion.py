"""Deleting objects, and waiting until they are gone."""

from typing import Any

from hoheit_lab.providers.errors import ProviderError

from .api import ApiError
from .cluster import Cluster
from .kinds import describe, kind_of
from .naming import annotations_of
from .readiness import SKIP_AWAIT
from .refusals import refusal
from .waiting import Pace, Patience

PROPAGATION = "pulumi.com/deletionPropagationPolicy"
# Most deletions are over by then; their steps would only flicker by.
_QUIET_SECONDS = 1.0
_POLICIES = {"orphan": "Orphan", "background": "Background", "foreground": "Foreground"}
# The kinds whose deletion the official plugin does not wait for under skipAwait either.
_SKIPPABLE = frozenset({"Namespace", "Pod", "DaemonSet", "Deployment", "StatefulSet", "Job"})


def delete(obj: dict[str, Any], cluster: Cluster, patience: Patience) -> None:
    """Delete an object; one that is gone already is fine."""
    if cluster.discovery.find_fresh(kind_of(obj)) is None:
        return  # its definition is gone, and it went with it
    path = cluster.path_of(obj)
    try:
        answer = cluster.server.delete(path, _options(obj))
    except ApiError as error:
        if error.not_found:
            return
        raise refusal("deleting", obj, error, set()) from error
    if annotations_of(obj).get(SKIP_AWAIT) == "true" and obj["kind"] in _SKIPPABLE:
        return
    uid = _uid(answer) or (obj.get("metadata") or {}).get("uid")
    _wait_until_gone(obj, uid, cluster, patience)


def _options(obj: dict[str, Any]) -> dict[str, Any]:
    wanted = str(annotations_of(obj).get(PROPAGATION, "foreground")).lower()
    policy = _POLICIES.get(wanted)
    if policy is None:
        known = ", ".join(_POLICIES)
        raise ProviderError(f"the annotation {PROPAGATION} is {wanted!r}, not one of {known}")
    return {"kind": "DeleteOptions", "apiVersion": "v1", "propagationPolicy": policy}


def _uid(answer: dict[str, Any]) -> str | None:
    """The uid of what was deleted: the answer is the dying object, or a status about it."""
    details: dict[str, Any] = answer.get("details") or answer.get("metadata") or {}
    return details.get("uid")


def _wait_until_gone(
    obj: dict[str, Any], uid: str | None, cluster: Cluster, patience: Patience
) -> None:
    pace = Pace(patience.seconds)
    shown = ""
    while True:
        live = cluster.read(obj)
        if live is None or (uid and live["metadata"].get("uid") != uid):
            if shown:
                patience.tell("")
            return
        text = _obstacle(live)
        if pace.over or patience.cancelled.is_set():
            raise ProviderError(_give_up(live, text, patience, pace))
        if text != shown and pace.elapsed > _QUIET_SECONDS:
            shown = text
            patience.tell(f"deleting {describe(live)}: {text}")
        pace.sleep(patience.cancelled)


def _obstacle(live: dict[str, Any]) -> str:
    """What still holds the object."""
    conditions = (live.get("status") or {}).get("conditions") or []
    remaining = [
        str(entry.get("message"))
        for entry in conditions
        if live["kind"] == "Namespace" and entry.get("status") == "True" and entry.get("message")
    ]
    finalizers = live["metadata"].get("finalizers") or []
    finalizers += (live.get("spec") or {}).get("finalizers") or []
    if remaining:
        return "; ".join(remaining)
    if finalizers == ["foregroundDeletion"]:
        return "waiting for what it owns to be deleted"
    if finalizers:
        return f"waiting for finalizer {', '.join(finalizers)}"
    return "waiting for it to be gone"


def _give_up(live: dict[str, Any], obstacle: str, patience: Patience, pace: Pace) -> str:
    if patience.cancelled.is_set():
        head = f"the wait for the deletion of {describe(live)} was called off"
    else:
        head = f"{describe(live)} was still there {pace.seconds:g} s after its deletion"
    return f"{head}: {obstacle}; it stays in the state, `pulumi destroy` or `up` continues"
