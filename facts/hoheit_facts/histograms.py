"""At which values a histogram counts: what lies between two of them cannot be told apart."""

from dataclasses import dataclass
from typing import Any

from ._data import load


@dataclass(frozen=True, kw_only=True)
class ExporterHistograms:
    """Histograms of one version of one exporter, with their bucket boundaries."""

    exporter: str
    version: str
    source: str
    histograms: dict[str, tuple[float, ...]]
    """Name to boundaries, ascending and in the metric's unit; ``+Inf`` is left out."""


def _read(records: list[dict[str, Any]]) -> tuple[ExporterHistograms, ...]:
    return tuple(
        ExporterHistograms(
            histograms={name: tuple(found) for name, found in record.pop("histograms").items()},
            **record,
        )
        for record in records
    )


HISTOGRAMS: tuple[ExporterHistograms, ...] = _read(load("histogram_buckets"))
"""Every exporter and version whose boundaries are known."""


def bucket_boundaries(exporter: str, version: str | None, histogram: str) -> tuple[float, ...]:
    """Return the boundaries of one histogram; none where nobody has written them down."""
    for known in HISTOGRAMS:
        if (known.exporter, known.version) == (exporter, version):
            return known.histograms.get(histogram, ())
    return ()
