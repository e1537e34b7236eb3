"""Which metrics each exporter has in which version, so that no rule asks for one it has not."""

from dataclasses import dataclass
from typing import Any

from ._data import load

_PARTS = {
    "counter": ("",),
    "gauge": ("",),
    "histogram": ("_bucket", "_count", "_sum"),
    "summary": ("", "_count", "_sum"),
}
"""What Prometheus stores for one metric of each type, as endings of its name."""


@dataclass(frozen=True, kw_only=True)
class ExporterMetrics:
    """The metrics of one version of one exporter."""

    exporter: str
    version: str
    source: str
    metrics: dict[str, str]
    """Name to type."""

    @property
    def series(self) -> frozenset[str]:
        """The names under which Prometheus stores them."""
        return frozenset(name + end for name, kind in self.metrics.items() for end in _PARTS[kind])


def _read(records: list[dict[str, Any]]) -> tuple[ExporterMetrics, ...]:
    return tuple(ExporterMetrics(**record) for record in records)


METRICS: tuple[ExporterMetrics, ...] = _read(load("metrics"))
"""Every exporter and version whose metrics are known."""


def known_series(exporter: str, version: str | None) -> frozenset[str]:
    """Return the names that this version exports; none where nobody has written them down."""
    for known in METRICS:
        if (known.exporter, known.version) == (exporter, version):
            return known.series
    return frozenset()
