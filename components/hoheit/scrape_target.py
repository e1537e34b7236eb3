"""What a monitoring system needs to know to scrape one component."""

from typing import Self

from pydantic import Field, model_validator

from ._args import Args, InputStr


class ScrapeTarget(Args):
    """One set of pods, one port name, one path; scrape config and allow rules derive from it."""

    namespace: InputStr
    selector: dict[str, str] = Field(min_length=1)
    """Labels of the pods."""
    port_name: str = Field(min_length=1)
    """Name, not number, of the container port."""
    path: str = "/metrics"
    scheme: str = Field(default="http", pattern="^https?$")
    auth_secret: InputStr | None = None
    """Secret with a bearer token, where the target asks for one."""
    interval_seconds: int = Field(default=30, gt=0)
    timeout_seconds: int = Field(default=10, gt=0)
    exporter: str
    """Program whose metrics these are, for example ``vllm``."""
    exporter_version: str | None
    """Its version, which decides which metrics exist; None where nobody knows it."""

    @model_validator(mode="after")
    def _timeout_below_interval(self) -> Self:
        if self.timeout_seconds >= self.interval_seconds:
            raise ValueError(
                f"timeout_seconds ({self.timeout_seconds}) must be below interval_seconds "
                f"({self.interval_seconds})"
            )
        return self
