"""What a monitoring stack is told, in plain values that are known in preview."""

from enum import StrEnum
from typing import Self

from pydantic import Field, model_validator

from ._args import Args, LateObjectName
from .kubelet_settings import KubeletSettings
from .location import DeclaredLocation
from .network import Peer
from .register import OnDestroy

_LARGEST_SHARE = 0.8
"""Of the volume, for what is retained; the rest is for the write-ahead log and for compaction,
which writes a block anew before it removes the old ones. Prometheus 3.15 documentation, Storage,
"Right-Sizing Retention Size": at most 80 to 85 %."""

_BUNDLED_ONLY = (
    *("retention_days", "retention_size_gib", "volume_gib", "on_destroy", "receivers", "clients"),
    *("prometheus_cpu_millicores", "prometheus_memory_mib", "kubelets"),
)
"""What nobody would obey with an operator."""


class MonitoringMode(StrEnum):
    """Who runs Prometheus."""

    BUNDLED = "bundled"
    """This stack does."""
    OPERATOR = "operator"
    """A Prometheus Operator that the cluster has already; it gets targets, rules, dashboards."""


class OptionalProgram(StrEnum):
    """A program that a stack can do without, or that somebody else runs in the cluster."""

    GRAFANA = "grafana"
    """Dashboards."""
    KUBE_STATE_METRICS = "kube-state-metrics"
    """Metrics of pods, Deployments and StatefulSets."""
    DCGM_EXPORTER = "dcgm-exporter"
    """Metrics of GPUs; it runs only where there are some."""


class AlertThresholds(Args):
    """When somebody is told. Each in the unit of its metric."""

    requests_waiting: int = Field(default=5, ge=1)
    """Requests in the queue of one service for ten minutes: add capacity."""
    requests_waiting_critical: int = Field(default=10, ge=1)
    """The same for five minutes: answers come too late."""
    kv_cache_ratio: float = Field(default=0.9, gt=0, le=1)
    """Share of the KV cache in use, 0 to 1; at 1 requests wait or are preempted."""
    time_to_first_token_seconds: float = Field(default=2.0, gt=0)
    """95th percentile of the time to the first token; two seconds feel like no answer."""
    success_ratio: float = Field(default=0.9, gt=0, le=1)
    """Share of requests that end neither aborted nor in an error, 0 to 1."""
    volume_ratio: float = Field(default=0.9, gt=0, le=1)
    """Share of the metrics volume in use, 0 to 1."""

    @model_validator(mode="after")
    def _critical_is_more(self) -> Self:
        if self.requests_waiting_critical < self.requests_waiting:
            raise ValueError(
                f"requests_waiting_critical: {self.requests_waiting_critical} is below "
                f"requests_waiting ({self.requests_waiting}); raise it, or lower the other"
            )
        return self


class WebhookReceiver(Args):
    """Somebody who is told about alerts by an HTTP POST."""

    name: str = Field(pattern=r"^[a-z0-9]([-a-z0-9]*[a-z0-9])?$", max_length=40)
    url_secret: LateObjectName
    """Secret in the stack's namespace whose key ``url`` holds the address; such addresses often
    carry a token, so they are no plain values."""
    host: str = Field(pattern=r"^[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?$")
    """Host name in that address, for the register of recipients."""
    port: int = Field(default=443, ge=1, le=65535)
    """TCP port in that address."""
    peer: Peer
    """Who answers there, for the network rules."""
    location: DeclaredLocation | None = None
    """Where the recipient is; unknown where nobody declares it."""


class OperatorSettings(Args):
    """The Prometheus Operator of the cluster."""

    labels: dict[str, str] = Field(min_length=1)
    """What its Prometheus selects PodMonitors and PrometheusRules by, for example
    ``release: kube-prometheus-stack``; objects without it are ignored there."""
    prometheus: Peer
    """Its pods, for the network rules."""

    @model_validator(mode="after")
    def _prometheus_is_pods(self) -> Self:
        if self.prometheus.namespace is None:
            raise ValueError("prometheus.namespace: name the pods; they are in the cluster")
        if self.prometheus.port is not None:
            raise ValueError("prometheus.port: leave it out; each target has its own")
        return self


class MonitoringSettings(Args):
    """How long metrics are kept, when somebody is told, and who may look."""

    mode: MonitoringMode = MonitoringMode.BUNDLED
    operator: OperatorSettings | None = None
    """Needed with ``mode: operator``."""
    leave_out: tuple[OptionalProgram, ...] = ()
    """Programs not to run. Rules and dashboards that nothing would feed go with them, and the
    stack's output ``unwatched`` says what nobody is told about then."""
    kubelets: KubeletSettings | None = None
    """Who measures volumes. Without it nobody is told of a full one; an operator's Prometheus
    asks kubelets by itself, and brings rules for what they tell."""
    retention_days: int = Field(default=30, ge=1, le=36500)
    """Days after which samples are deleted."""
    retention_size_gib: int = Field(default=40, ge=1)
    """GiB beyond which the oldest samples are deleted, whatever their age."""
    volume_gib: int = Field(default=50, ge=2)
    """GiB of the volume for metrics."""
    thresholds: AlertThresholds = AlertThresholds()
    receivers: tuple[WebhookReceiver, ...] = ()
    """Who is told; without one, alerts are shown and sent nowhere."""
    clients: tuple[Peer, ...] = ()
    """Who may open Grafana. Nobody else in the cluster reaches it."""
    prometheus_cpu_millicores: int = Field(default=500, ge=100)
    prometheus_memory_mib: int = Field(default=2048, ge=256)
    """Memory of Prometheus in MiB, request and limit; it grows with the number of series."""
    on_destroy: OnDestroy = OnDestroy.RETAIN
    """``retain`` protects the volumes: `pulumi destroy` refuses to go on, and with
    ``--exclude-protected`` removes all but them."""

    @property
    def bundled(self) -> bool:
        """Whether this stack runs Prometheus itself."""
        return self.mode is MonitoringMode.BUNDLED

    def runs(self, program: OptionalProgram) -> bool:
        """Return whether a program is wanted that could be left out."""
        return program not in self.leave_out

    def image_fields_for(self, *, gpus: bool) -> tuple[str, ...]:
        """Return the fields of ``Images`` that the stack runs, with or without GPUs to watch."""
        bundled = ("prometheus", "alertmanager", "grafana", "kube_state_metrics")
        left_out = [program.replace("-", "_") for program in self.leave_out]
        fields = (*(bundled if self.bundled else ()), *(("dcgm_exporter",) if gpus else ()))
        return tuple(field for field in fields if field not in left_out)

    @model_validator(mode="after")
    def _retained_fits_on_the_volume(self) -> Self:
        room = int(self.volume_gib * _LARGEST_SHARE)
        if self.retention_size_gib > room:
            needed = -(-self.retention_size_gib * 10 // int(_LARGEST_SHARE * 10))
            raise ValueError(
                f"retention_size_gib: {self.retention_size_gib} GiB do not fit on a volume of "
                f"{self.volume_gib} GiB beside its write-ahead log; keep at most {room} GiB, or "
                f"set volume_gib: {needed}"
            )
        return self

    @model_validator(mode="after")
    def _receivers_have_names_of_their_own(self) -> Self:
        names = [receiver.name for receiver in self.receivers]
        for index, name in enumerate(names):
            if name in names[:index]:
                raise ValueError(f"receivers[{index}].name: '{name}' is taken; choose another")
        return self

    @model_validator(mode="after")
    def _clients_have_no_port(self) -> Self:
        for index, peer in enumerate(self.clients):
            if peer.port is not None:
                raise ValueError(
                    f"clients[{index}].port: leave it out; it is Grafana's port that opens"
                )
        return self

    @model_validator(mode="after")
    def _nobody_is_let_in_to_what_is_left_out(self) -> Self:
        if self.clients and not self.runs(OptionalProgram.GRAFANA):
            raise ValueError(
                "clients: they may open Grafana, and leave_out names it; leave out one of the two"
            )
        return self

    @model_validator(mode="after")
    def _mode_has_what_it_needs(self) -> Self:
        if self.bundled and self.operator is not None:
            raise ValueError("operator: goes with mode: operator; leave it out, or set that mode")
        if self.bundled:
            return self
        if self.operator is None:
            raise ValueError("operator: required with mode: operator; name its labels and pods")
        for field in _BUNDLED_ONLY:
            if getattr(self, field) != type(self).model_fields[field].default:
                raise ValueError(
                    f"{field}: the operator's own Prometheus, Alertmanager and Grafana decide on "
                    "that; leave it out with mode: operator"
                )
        for program in self.leave_out:
            if program is not OptionalProgram.DCGM_EXPORTER:
                raise ValueError(
                    f"leave_out: {program} is the operator's own with mode: operator; take it off "
                    f"the list, on which only {OptionalProgram.DCGM_EXPORTER} has a meaning there"
                )
        return self
