"""Waiting for an object, with progress shown, until it is ready, too late, or called off."""

import threading
import time
from dataclasses import dataclass
from typing import Any

from hoheit_lab.providers.errors import ProviderError
from hoheit_lab.providers.host import Host

from .cluster import Cluster
from .kinds import describe
from .naming import annotations_of
from .readiness.verdict import Check, Verdict, waiting

TIMEOUT = "pulumi.com/timeoutSeconds"
_DEFAULT_TIMEOUT = 600.0
_FIRST_LOOK, _SLOWEST_LOOK, _SLOWDOWN = 0.1, 1.0, 1.4


class NotReadyError(Exception):
    """The object exists and is not ready; ``live`` is how it was last seen."""

    def __init__(self, reasons: list[str], live: dict[str, Any]) -> None:
        super().__init__("; ".join(reasons))
        self.reasons = reasons
        self.live = live


@dataclass(frozen=True)
class Patience:
    """How long to wait for one object, and whom to keep informed."""

    host: Host
    urn: str
    cancelled: threading.Event
    seconds: float

    def tell(self, message: str) -> None:
        """Show progress beside the resource."""
        self.host.status(self.urn, message)


def timeout_of(inputs: dict[str, Any], requested: float) -> float:
    """Seconds to wait: the resource option, else the annotation, else ten minutes."""
    if requested:
        return requested
    annotation = annotations_of(inputs).get(TIMEOUT)
    if annotation is None:
        return _DEFAULT_TIMEOUT
    try:
        return float(annotation)
    except (TypeError, ValueError) as error:
        raise ProviderError(f"the annotation {TIMEOUT} is {annotation!r}, not seconds") from error


def wait_until_ready(
    live: dict[str, Any], check: Check, cluster: Cluster, patience: Patience
) -> dict[str, Any]:
    """Look again and again; returns the object as it was when ready."""
    pace = Pace(patience.seconds)
    shown = ""
    while True:
        verdict = _look(live, check, cluster)
        if verdict.ready:
            if shown:
                patience.tell("")
            return live
        if verdict.failed or pace.over or patience.cancelled.is_set():
            raise NotReadyError(_reasons(live, verdict, patience, pace), live)
        text = _progress(verdict)
        if text != shown:
            shown = text
            patience.tell(f"{describe(live)}: {text}")
        pace.sleep(patience.cancelled)
        live = _again(live, cluster)


def look_once(live: dict[str, Any], check: Check, cluster: Cluster) -> list[str]:
    """Why an object is not ready right now; empty if it is."""
    verdict = _look(live, check, cluster)
    return [] if verdict.ready else _sentences(f"{describe(live)} is not ready", verdict)


class Pace:
    """Looks that come quickly at first and then once a second."""

    def __init__(self, seconds: float) -> None:
        self._start = time.monotonic()
        self._end = self._start + seconds
        self._pause = _FIRST_LOOK
        self.seconds = seconds

    @property
    def over(self) -> bool:
        """Whether the time is up."""
        return time.monotonic() >= self._end

    @property
    def elapsed(self) -> float:
        """Seconds since the first look."""
        return time.monotonic() - self._start

    def sleep(self, cancelled: threading.Event) -> None:
        """Pause, at most until the time is up or the user calls it off."""
        cancelled.wait(max(0.0, min(self._pause, self._end - time.monotonic())))
        self._pause = min(self._pause * _SLOWDOWN, _SLOWEST_LOOK)


def _again(live: dict[str, Any], cluster: Cluster) -> dict[str, Any]:
    found = cluster.read(live)
    if found is None or found["metadata"].get("uid") != live["metadata"].get("uid"):
        raise NotReadyError([f"{describe(live)} was deleted while waiting for it"], live)
    return found


def _look(live: dict[str, Any], check: Check, cluster: Cluster) -> Verdict:
    if live["metadata"].get("deletionTimestamp"):
        return waiting("it is being deleted")
    return check(live, cluster)


def _progress(verdict: Verdict) -> str:
    return "; ".join([verdict.message, *verdict.reasons[:1]])


def _reasons(live: dict[str, Any], verdict: Verdict, patience: Patience, pace: Pace) -> list[str]:
    what = describe(live)
    if verdict.failed:
        head = what
    elif patience.cancelled.is_set():
        head = f"the wait for {what} was called off; `pulumi up` continues it"
    else:
        head = f"{what} was not ready after {pace.seconds:g} s"
    return _sentences(head, verdict)


def _sentences(head: str, verdict: Verdict) -> list[str]:
    return [f"{head}: {verdict.message}", *verdict.reasons]
