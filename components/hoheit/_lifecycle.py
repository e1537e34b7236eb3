"""Start, readiness, liveness and drain of a server pod, as arithmetic that agrees with itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pulumi_kubernetes.core.v1 import ProbeArgsDict

PROBE_PERIOD_SECONDS = 10
LIVENESS_FAILURES = 6
"""One minute of silence; a gateway that restarts takes two seconds."""
READINESS_PERIOD_SECONDS = 5
READINESS_FAILURES = 2


@dataclass(frozen=True, kw_only=True)
class Drain:
    """Seconds of each step between the decision to stop a pod and its end."""

    request_seconds: int
    """How long running requests may take to finish."""
    endpoint_removal_seconds: int = 15
    """Until every kube-proxy and client has seen that the pod leaves the Service."""
    margin_seconds: int = 15
    """For the engine to release the GPU after its last answer."""

    @property
    def grace_period_seconds(self) -> int:
        """The pod's ``terminationGracePeriodSeconds``: the sum, so nothing is cut off."""
        return self.endpoint_removal_seconds + self.request_seconds + self.margin_seconds


def startup_probe(path: str, port: int, budget_seconds: int) -> ProbeArgsDict:
    """Return a probe that gives the container ``budget_seconds`` to come up."""
    return {
        "http_get": {"path": path, "port": port},
        "period_seconds": PROBE_PERIOD_SECONDS,
        "failure_threshold": failures_within(budget_seconds),
        "timeout_seconds": 5,
    }


def failures_within(budget_seconds: int) -> int:
    """Return how often a startup probe may fail, one try after the other, within a budget."""
    return -(-budget_seconds // PROBE_PERIOD_SECONDS)


def readiness_probe(path: str, port: int) -> ProbeArgsDict:
    """Return a probe that takes the pod out of its Service within about ten seconds."""
    return {
        "http_get": {"path": path, "port": port},
        "period_seconds": READINESS_PERIOD_SECONDS,
        "failure_threshold": READINESS_FAILURES,
        "timeout_seconds": 3,
    }


def liveness_probe(path: str, port: int) -> ProbeArgsDict:
    """Return a probe that restarts a container after a minute of silence."""
    return {
        "http_get": {"path": path, "port": port},
        "period_seconds": PROBE_PERIOD_SECONDS,
        "failure_threshold": LIVENESS_FAILURES,
        "timeout_seconds": 5,
    }
