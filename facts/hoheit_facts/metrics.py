"""Which metrics each exporter has in which version, so that no rule asks for one it has not."""

from dataclasses import dataclass
from typing import Any

from ._data import load
from .engine import ENGINE
from .engines import ENGINES, EngineCatalogue

_PARTS = {
    "counter": ("",),
    "gauge": ("",),
    "histogram": ("_bucket", "_count", "_sum"),
    "summary": ("", "_count", "_sum"),
}
"""What Prometheus stores for one metric of each type, as endings of its name."""
_RELEASE_NUMBERS = 3
"""Major, minor, patch."""


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


def _of_engine(catalogue: EngineCatalogue) -> ExporterMetrics:
    return ExporterMetrics(
        exporter=ENGINE.name,
        version=catalogue.version,
        source=catalogue.source,
        metrics={metric.name: metric.type for metric in catalogue.metrics},
    )


METRICS: tuple[ExporterMetrics, ...] = (
    *(_of_engine(catalogue) for catalogue in ENGINES.values()),
    *_read(load("metrics")),
)
"""Every exporter and version whose metrics are known."""


def known_series(exporter: str, version: str | None) -> frozenset[str]:
    """Return the names that this version exports; none where nobody has written them down.

    A patch release mends and leaves metrics as they are, so one that is not written down has the
    names of the newest known release with the same major and minor version.
    """
    of_exporter = [known for known in METRICS if known.exporter == exporter]
    for known in of_exporter:
        if known.version == version:
            return known.series
    alike = [known for known in of_exporter if version and _minor(known.version) == _minor(version)]
    newest = max(alike, key=lambda known: _patches(known.version), default=None)
    return newest.series if newest else frozenset()


def series_in_all_versions(exporter: str) -> frozenset[str]:
    """Return the names that every known version exports, for programs that run in many at once."""
    known = [one.series for one in METRICS if one.exporter == exporter]
    return known[0].intersection(*known) if known else frozenset()


def _releases(version: str) -> list[list[str]]:
    """Return major, minor and patch; twice for the DCGM exporter, which names DCGM's too."""
    return [release.split(".") for release in version.split("-")]


def _minor(version: str) -> list[list[str]] | str:
    """Return what patch releases share; a version of any other form shares nothing."""
    releases = _releases(version)
    if all(
        len(one) == _RELEASE_NUMBERS and all(part.isdecimal() for part in one) for one in releases
    ):
        return [one[:2] for one in releases]
    return version


def _patches(version: str) -> list[int]:
    return [int(one[2]) for one in _releases(version)]
