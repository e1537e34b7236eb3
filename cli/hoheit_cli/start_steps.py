"""What the start of pods consisted of, as their status and the cluster's events tell."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from .objects import list_at, mapping_at, name_of
from .service_pods import condition, is_ready

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from .objects import Object

_PULLED = re.compile(r'Successfully pulled image "(?P<image>[^"]+)" in (?P<took>[0-9a-zµ.]+)')
"""What a kubelet of 1.37 says (pkg/kubelet/images/image_manager.go); with how long it waited for
other pulls in brackets behind it."""
_DURATION = re.compile(r"(?P<number>[0-9.]+)(?P<unit>h|ms|m|s|µs|us|ns)")
_SECONDS = {"h": 3600.0, "m": 60.0, "s": 1.0, "ms": 1e-3, "µs": 1e-6, "us": 1e-6, "ns": 1e-9}
"""Of the units in which Go writes a duration."""


@dataclass(frozen=True, kw_only=True)
class Step:
    """One part of the start of one pod."""

    pod: str
    what: str
    seconds: float
    """A status has whole seconds, an event of a pull has milliseconds."""


def steps_of(pod: Object, events: Sequence[Object]) -> list[Step]:
    """Return the steps of one pod, in the order in which they come."""
    name = name_of(pod)
    return [
        Step(pod=name, what=what, seconds=seconds)
        for what, seconds in (*_placed(pod), *_pulls(pod, events), *_containers(pod))
    ]


def ready_after(pods: Sequence[Object], since: datetime) -> float | None:
    """Return the seconds until the first of these pods took requests; None if none does yet."""
    ready = [_time(condition(pod, "Ready")["lastTransitionTime"]) for pod in pods if is_ready(pod)]
    return (min(ready) - since).total_seconds() if ready else None


def made_at(pod: Object) -> datetime:
    """Return when a pod was made."""
    return _time(pod["metadata"]["creationTimestamp"])


def restarts(pod: Object) -> int:
    """Return how often a container of a pod was started anew; a status tells of the last time."""
    fields = ("initContainerStatuses", "containerStatuses")
    statuses = [status for field in fields for status in list_at(pod, "status", field)]
    return max((int(status.get("restartCount", 0)) for status in statuses), default=0)


def seconds_in(duration: str) -> float:
    """Return the seconds of a duration as Go writes it, such as ``1m2.5s``."""
    found = _DURATION.finditer(duration)
    return sum(float(one["number"]) * _SECONDS[one["unit"]] for one in found)


def _placed(pod: Object) -> Iterator[tuple[str, float]]:
    scheduled = condition(pod, "PodScheduled")
    if scheduled.get("status") == "True" and "lastTransitionTime" in scheduled:
        waited = _time(scheduled["lastTransitionTime"]) - made_at(pod)
        yield "waiting for a node", waited.total_seconds()


def _pulls(pod: Object, events: Sequence[Object]) -> Iterator[tuple[str, float]]:
    uid = pod["metadata"].get("uid")
    for event in events:
        found = _PULLED.match(event.get("message") or "")
        if found and mapping_at(event, "involvedObject").get("uid") == uid:
            yield f"pull of {_short(found['image'])}", seconds_in(found["took"])


def _containers(pod: Object) -> Iterator[tuple[str, float]]:
    for field in ("initContainerStatuses", "containerStatuses"):
        for status in list_at(pod, "status", field):
            if ended := mapping_at(status, "state", "terminated"):
                if ended.get("startedAt") and ended.get("finishedAt"):
                    took = _time(ended["finishedAt"]) - _time(ended["startedAt"])
                    yield f"container {status['name']}", took.total_seconds()
            elif field == "containerStatuses" and is_ready(pod):
                started = mapping_at(status, "state", "running").get("startedAt")
                if started:
                    took = _time(condition(pod, "Ready")["lastTransitionTime"]) - _time(started)
                    yield f"container {status['name']}, until ready", took.total_seconds()


def _short(image: str) -> str:
    return image.partition("@")[0].rpartition("/")[2]


def _time(text: str) -> datetime:
    return datetime.fromisoformat(text)
