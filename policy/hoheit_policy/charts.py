"""Charts of Helm in resources: where they come from, and what rewrites them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from .resource import Resource
from .values import Gap, text_at

_TYPE = re.compile(r"kubernetes:helm\.sh/v[234]:(Release|Chart)")
_LOCAL = ("./", "../", "/")
_URL = re.compile(r"(?P<scheme>[a-z]+)://(?P<host>[^/]+)(?P<path>.*)", re.IGNORECASE)
_REPOSITORY = (("repositoryOpts", "repo"), ("repo",), ("fetchOpts", "repo"))
"""Release and v4 Chart; v3 Chart (pulumi_kubernetes 4.34, helm/v3/helm.py)."""


@dataclass(frozen=True, kw_only=True)
class Origin:
    """Where a chart is fetched from."""

    scheme: str
    """``https``, ``oci`` and so on; empty for a directory of the program."""
    place: str
    """Host and path."""


def is_chart(resource: Resource) -> bool:
    """Tell whether a resource renders a chart."""
    return bool(_TYPE.fullmatch(resource.type))


def origin_of(inputs: Any) -> Origin | Gap:
    """Return where a chart comes from; one of a repository by its short name is MISSING.

    What a short name means, the machine decides that runs the program.
    """
    chart = text_at(inputs, "chart")
    if isinstance(chart, Gap):
        return chart
    if chart.startswith(_LOCAL):
        return Origin(scheme="", place=chart)
    for text in (chart, *_repositories(inputs)):
        if isinstance(text, Gap):
            return text
        if found := _URL.match(text):
            host = found["host"].rpartition("@")[2].lower()
            return Origin(scheme=found["scheme"].lower(), place=f"{host}{found['path']}")
    return Gap.MISSING


def _repositories(inputs: Any) -> list[str | Gap]:
    given = [text_at(inputs, *path) for path in _REPOSITORY]
    return [one for one in given if one is not Gap.MISSING]
