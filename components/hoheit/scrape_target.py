"""What a monitoring system needs to know to scrape one component."""

from typing import Annotated, Self

from pydantic import Field, StringConstraints, model_validator

from ._args import Args, DnsLabel, InputStr
from .network import Peer
from .service_level import Objectives

PortName = Annotated[
    str, StringConstraints(pattern=r"^[a-z0-9]([-a-z0-9]*[a-z0-9])?$", max_length=15)
]
"""A name that Kubernetes accepts for a port (RFC 6335)."""


class ScrapeTarget(Args):
    """One set of pods, one port name, one path; scrape config and allow rules derive from it."""

    namespace: InputStr
    selector: dict[str, str] = Field(min_length=1)
    """Labels of the pods."""
    port_name: PortName
    """Name of the container port, by which Prometheus finds it."""
    port: int = Field(ge=1, le=65535)
    """Its number, for the network rules: not every CNI resolves names."""
    path: str = "/metrics"
    scheme: str = Field(default="http", pattern="^https?$")
    auth_secret: InputStr | None = None
    """Secret with a bearer token, where the target asks for one."""
    interval_seconds: int = Field(default=30, gt=0)
    timeout_seconds: int = Field(default=10, gt=0)
    job: DnsLabel
    """Name of the service that the pods belong to, for the label ``job``."""
    exporter: str
    """Program whose metrics these are, for example ``vllm``."""
    exporter_version: str | None
    """Its version, which decides which metrics exist; None where nobody knows it."""
    objectives: Objectives | None = None
    """How fast the service means to be; alerts on their error budgets derive from it."""
    queried_by: tuple[Peer, ...] = ()
    """Who asks Prometheus for these metrics, KEDA for one; a monitoring stack lets them."""

    @model_validator(mode="after")
    def _timeout_below_interval(self) -> Self:
        if self.timeout_seconds >= self.interval_seconds:
            raise ValueError(
                f"timeout_seconds ({self.timeout_seconds}) must be below interval_seconds "
                f"({self.interval_seconds})"
            )
        return self
