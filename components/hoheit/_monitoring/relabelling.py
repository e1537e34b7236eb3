"""How pods become targets: which are kept, and which labels their series carry."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from hoheit.scrape_target import ScrapeTarget

_POD = "__meta_kubernetes_pod"
_NO_LABEL_CHARACTER = re.compile(r"[^a-zA-Z0-9_]")


@dataclass(frozen=True, kw_only=True)
class Step:
    """One relabelling step, in the words of Prometheus."""

    action: str = "replace"
    source_label: str = ""
    regex: str = ""
    target_label: str = ""
    replacement: str = ""

    def prometheus(self) -> dict[str, Any]:
        """Return the step as a Prometheus configuration has it."""
        return {
            field: value
            for field, value in {
                "action": self.action,
                "source_labels": [self.source_label] if self.source_label else None,
                "regex": self.regex,
                "target_label": self.target_label,
                "replacement": self.replacement,
            }.items()
            if value
        }

    def operator(self) -> dict[str, Any]:
        """Return the step as a PodMonitor has it."""
        names = {"source_labels": "sourceLabels", "target_label": "targetLabel"}
        return {names.get(field, field): value for field, value in self.prometheus().items()}


def selection(target: ScrapeTarget) -> list[Step]:
    """Return the steps that keep one port of running pods with the target's labels."""
    labels = [
        _keep(f"{_POD}_label_{_NO_LABEL_CHARACTER.sub('_', label)}", re.escape(value))
        for label, value in sorted(target.selector.items())
    ]
    ended = Step(action="drop", source_label=f"{_POD}_phase", regex="Failed|Succeeded")
    return [*labels, _keep(f"{_POD}_container_port_name", re.escape(target.port_name)), ended]


def labelling(target: ScrapeTarget) -> list[Step]:
    """Return the steps that say of every series where it comes from.

    Two exporters may answer on one port, under two paths. ``exporter`` keeps them apart where
    ``job`` and ``instance`` are the same.
    """
    return [
        Step(source_label="__meta_kubernetes_namespace", target_label="namespace"),
        Step(source_label=f"{_POD}_name", target_label="pod"),
        Step(source_label=f"{_POD}_node_name", target_label="node"),
        Step(replacement=target.job, target_label="job"),
        Step(replacement=target.exporter, target_label="exporter"),
    ]


def _keep(label: str, regex: str) -> Step:
    return Step(action="keep", source_label=label, regex=regex)
