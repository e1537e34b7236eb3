"""Between how many replicas a model service scales by itself, and by what."""

from typing import Self

from pydantic import Field, model_validator

from ._args import Args

_LONGEST_WINDOW_SECONDS = 3600
"""Kubernetes' limit of a stabilisation window (autoscaling/v2, HPAScalingRules)."""


class Autoscaling(Args):
    """Scale by the queue: requests that wait for a place in a batch are what more GPUs help."""

    min_replicas: int = Field(default=1, ge=0)
    """Replicas that stay without any request. 0 gives the GPUs back, needs KEDA and the router, and
    makes the first request wait for a whole start."""
    max_replicas: int = Field(ge=1)
    """Replicas at the most; all of them are claimed from the pool."""
    waiting_per_replica: int = Field(default=5, ge=1)
    """Waiting requests for which there is one replica; with more, another one comes."""
    running_per_replica: int | None = Field(default=None, ge=1)
    """Running requests for which a replica stays, best of what one answers at a time; where None a
    replica may go as soon as nothing waits, and come back with the next queue."""
    cooldown_seconds: int = Field(default=360, ge=60, le=_LONGEST_WINDOW_SECONDS)
    """How long less has to be asked for before a replica goes, one at a time."""
    prometheus_url: str | None = Field(default=None, pattern=r"^https?://[^/\s@]+(/[^\s@]*)?$")
    """What KEDA asks, for example ``http://monitoring-prometheus.monitoring.svc:9090``; in a stack
    file, None takes the environment's own monitoring."""

    @model_validator(mode="after")
    def _room_to_scale(self) -> Self:
        if self.max_replicas <= self.min_replicas:
            raise ValueError(
                f"max_replicas: {self.max_replicas} is not above min_replicas "
                f"({self.min_replicas}); raise it, or set replicas in place of autoscaling"
            )
        return self
