"""Grafana dashboards as typed values, rendered to the JSON that Grafana reads."""

from __future__ import annotations

import json
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

DATASOURCE_UID = "prometheus"
"""Also the uid that kube-prometheus-stack gives to its own data source."""
DATASOURCE = {"type": "prometheus", "uid": DATASOURCE_UID}
_SCHEMA = 39
"""Schema of Grafana 11; a newer Grafana reads it and brings it up to date by itself."""
_COLUMNS = 24
_HEIGHT = 8


class Unit(StrEnum):
    """Units by Grafana's names."""

    SECONDS = "s"
    RATIO = "percentunit"
    """0 to 1, shown as percent."""
    PERCENT = "percent"
    """0 to 100."""
    REQUESTS_PER_SECOND = "reqps"
    PER_SECOND = "cps"
    COUNT = "short"
    MEBIBYTES = "mbytes"
    WATTS = "watt"
    CELSIUS = "celsius"


class Kind(StrEnum):
    """Types of panels."""

    TIME_SERIES = "timeseries"
    GAUGE = "gauge"
    TABLE = "table"


@dataclass(frozen=True, kw_only=True)
class Query:
    """One PromQL query of a panel."""

    expr: str
    legend: str


@dataclass(frozen=True, kw_only=True)
class Steps:
    """From where on a value is yellow and red, in the unit of the panel; green below."""

    warning: float
    critical: float


@dataclass(frozen=True, kw_only=True)
class Panel:
    """One graph."""

    title: str
    queries: Sequence[Query]
    unit: Unit
    kind: Kind = Kind.TIME_SERIES
    steps: Steps | None = None
    largest: float | None = None
    """End of the scale, where the metric has one."""
    width: int = 12
    """Of 24 columns."""
    description: str = ""

    def rendered(self, number: int, x: int, y: int) -> dict[str, Any]:
        """Return the panel as Grafana has it."""
        return {
            "id": number,
            "type": str(self.kind),
            "title": self.title,
            "description": self.description,
            "datasource": DATASOURCE,
            "gridPos": {"h": _HEIGHT, "w": self.width, "x": x, "y": y},
            "fieldConfig": {"defaults": self._defaults(), "overrides": []},
            "options": {},
            "targets": [
                {
                    "refId": chr(ord("A") + index),
                    "datasource": DATASOURCE,
                    "expr": query.expr,
                    "legendFormat": query.legend,
                    "instant": self.kind is not Kind.TIME_SERIES,
                    "format": "table" if self.kind is Kind.TABLE else "time_series",
                }
                for index, query in enumerate(self.queries)
            ],
        }

    def _defaults(self) -> dict[str, Any]:
        defaults: dict[str, Any] = {"unit": str(self.unit), "min": 0}
        if self.largest is not None:
            defaults["max"] = self.largest
        colours: list[dict[str, Any]] = [{"color": "green", "value": None}]
        if self.steps:
            colours += [
                {"color": "yellow", "value": self.steps.warning},
                {"color": "red", "value": self.steps.critical},
            ]
        # Without steps there is one colour: Grafana's own default would turn red at 80 of anything.
        defaults["thresholds"] = {"mode": "absolute", "steps": colours}
        if self.kind is Kind.TIME_SERIES:
            style = "line" if self.steps else "off"
            defaults["custom"] = {"thresholdsStyle": {"mode": style}}
            defaults["color"] = {"mode": "palette-classic"}
        return defaults


@dataclass(frozen=True, kw_only=True)
class Variable:
    """A choice at the top of a dashboard; several values, or all of them."""

    name: str
    label: str
    query: str
    """``label_values(<selector>, <label>)``."""

    def rendered(self) -> dict[str, Any]:
        """Return the variable as Grafana has it."""
        return {
            "type": "query",
            "name": self.name,
            "label": self.label,
            "datasource": DATASOURCE,
            "query": {"query": self.query, "refId": self.name},
            # On every change of the time range: services come and go.
            "refresh": 2,
            "sort": 1,
            "multi": True,
            "includeAll": True,
            "allValue": ".*",
            "current": {"text": ["All"], "value": ["$__all"]},
        }


@dataclass(frozen=True, kw_only=True)
class Dashboard:
    """One page."""

    uid: str
    title: str
    variables: Sequence[Variable]
    panels: Sequence[Panel]

    @property
    def file(self) -> str:
        """Name of its file."""
        return f"{self.uid}.json"

    def rendered(self) -> str:
        """Return the JSON, panels from left to right and from top to bottom."""
        panels: list[dict[str, Any]] = []
        x = y = 0
        for number, panel in enumerate(self.panels, start=1):
            if x + panel.width > _COLUMNS:
                x, y = 0, y + _HEIGHT
            panels.append(panel.rendered(number, x, y))
            x += panel.width
        page: dict[str, Any] = {
            "uid": self.uid,
            "title": self.title,
            "tags": ["hoheit"],
            "schemaVersion": _SCHEMA,
            "editable": False,
            "refresh": "30s",
            "time": {"from": "now-1h", "to": "now"},
            "timezone": "browser",
            "annotations": {"list": []},
            "templating": {"list": [variable.rendered() for variable in self.variables]},
            "panels": panels,
        }
        return json.dumps(page, indent=1) + "\n"
