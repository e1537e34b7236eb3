"""The metrics that hoheit names are metrics of the real vLLM."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hoheit_facts import ENGINE, ENGINES
from serving.vllm.client import COMPLETIONS
from serving.vllm.model import NAME
from support import components
from support.manifests import manifests
from support.monitor import run

if TYPE_CHECKING:
    from serving.vllm.container import Image
    from serving.vllm.pod import Pod

_READER = Path(__file__).with_name("read_metrics.py")
CATALOGUE = ENGINES[ENGINE.version]
NAMED = re.compile(r"vllm:[a-z0-9_]+(?![a-z0-9_:])")
"""A series of vLLM in a rule, a dashboard or a scaler's query; ours have a second colon."""


@pytest.fixture(scope="module")
def exposed(pod: Pod, vllm: Image) -> dict[str, tuple[str, list[str]]]:
    """Series -> type and labels, after a request: some metrics have no series before."""
    asked = {"model": NAME, "prompt": "Daten", "max_tokens": 4}
    assert pod.api.post(COMPLETIONS, asked).status == 200
    read = subprocess.run(
        [vllm.folders[0] / "bin" / "python", "-I", _READER],
        input=pod.metrics.get("/metrics").text,
        capture_output=True,
        text=True,
        check=True,
    )
    return json.loads(read.stdout)


def test_every_series_that_rules_and_dashboards_name_is_there(
    exposed: dict[str, tuple[str, list[str]]],
) -> None:
    rendered = manifests(run(components.monitoring))
    named = {
        series
        for one in rendered
        if one["kind"] == "ConfigMap"
        for series in NAMED.findall(json.dumps(one["data"]))
    }

    assert len(named) > 8
    assert named - exposed.keys() == set()


def test_every_metric_that_the_catalogue_says_is_always_there_is_there(
    exposed: dict[str, tuple[str, list[str]]],
) -> None:
    families = {re.sub(r"_(bucket|count|sum)$", "", series) for series in exposed} | exposed.keys()
    always = {metric.name for metric in CATALOGUE.metrics if metric.when is None}

    assert len(always) > 30
    assert always - families == set()


def test_the_catalogue_knows_every_metric_of_vllm_its_type_and_its_labels(
    exposed: dict[str, tuple[str, list[str]]],
) -> None:
    known = {metric.name: metric for metric in CATALOGUE.metrics}
    wrong = []
    for series, (kind, labels) in exposed.items():
        name = series if series in known else re.sub(r"_(bucket|count|sum|created)$", "", series)
        if not series.startswith("vllm:") or series.endswith("_created"):
            continue
        metric = known.get(name)
        if metric is None or metric.type != kind:
            wrong.append((series, kind, metric))
        elif metric.labels is not None and set(labels) - {"le"} != set(metric.labels):
            wrong.append((series, labels, metric.labels))

    assert wrong == []


def test_the_catalogue_knows_every_route(pod: Pod) -> None:
    known = {(method, route.path) for route in CATALOGUE.routes for method in route.methods}
    described = pod.inside.get("/openapi.json").json["paths"]

    found = {(method.upper(), path) for path, methods in described.items() for method in methods}

    assert found - known == set()
