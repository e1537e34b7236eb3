"""The two dashboards, without the defects of those that the article shows."""

import json
from typing import Any

import pytest
from hoheit import AlertThresholds
from hoheit._monitoring.dashboards import dashboards
from hoheit._monitoring.dcgm import COUNTERS
from hoheit_facts import ENGINE, known_series
from unit.components.monitoring.promql import (
    MADE_BY_PROMETHEUS,
    filters,
    kept_labels,
    selector_of,
    series,
)

PAGES = {page.uid: json.loads(page.rendered()) for page in dashboards(AlertThresholds(), gpus=True)}
QUERIES = [
    (uid, panel["title"], target["expr"])
    for uid, page in PAGES.items()
    for panel in page["panels"]
    for target in panel["targets"]
]
KNOWN = known_series("vllm", ENGINE.version) | COUNTERS.keys() | MADE_BY_PROMETHEUS
SERVICE_LABELS = {"namespace", "job", "model_name", "pod"}
every_query = pytest.mark.parametrize(
    ("uid", "title", "query"), QUERIES, ids=[f"{uid}: {title}" for uid, title, _ in QUERIES]
)


def panels(title: str) -> list[Any]:
    return [panel for page in PAGES.values() for panel in page["panels"] if panel["title"] == title]


def steps(panel: Any) -> list[Any]:
    return [one["value"] for one in panel["fieldConfig"]["defaults"]["thresholds"]["steps"]]


@every_query
def test_a_query_reads_series_that_exist(uid: str, title: str, query: str) -> None:
    del uid, title
    assert series(query) <= KNOWN


@every_query
def test_a_query_is_filtered_by_what_the_reader_chose(uid: str, title: str, query: str) -> None:
    del uid, title
    for name, labels in filters(query).items():
        if name.startswith("vllm:"):
            assert labels == SERVICE_LABELS
        elif name.startswith("DCGM_"):
            assert labels == {"node", "gpu"}


@every_query
def test_services_are_never_added_up(uid: str, title: str, query: str) -> None:
    del uid, title
    for kept in kept_labels(query):
        assert {"namespace", "job", "model_name"} <= kept or {"node", "gpu"} <= kept


@every_query
def test_a_quantile_keeps_its_buckets(uid: str, title: str, query: str) -> None:
    del uid, title
    if "histogram_quantile" in query:
        assert all("le" in kept for kept in kept_labels(query))


@every_query
def test_no_gpu_pod_or_job_is_written_into_a_query(uid: str, title: str, query: str) -> None:
    del uid, title
    assert 'gpu="' not in query
    assert 'job="' not in query
    assert 'pod="' not in query


@pytest.mark.parametrize("uid", PAGES)
def test_every_variable_of_a_query_can_be_chosen(uid: str) -> None:
    names = {one["name"] for one in PAGES[uid]["templating"]["list"]}
    assert {"namespace", "job", "model", "pod"} <= names
    text = json.dumps([panel["targets"] for panel in PAGES[uid]["panels"]])
    used = {
        name
        for name in (*names, "namespace", "job", "model", "pod", "node", "gpu")
        if f"${name}" in text
    }
    assert used == names


@pytest.mark.parametrize("uid", PAGES)
def test_the_values_of_a_variable_come_from_series_that_exist(uid: str) -> None:
    for variable in PAGES[uid]["templating"]["list"]:
        assert series(selector_of(variable["query"]["query"])) <= KNOWN


def test_the_deep_dive_lets_choose_gpus_by_node() -> None:
    names = [one["name"] for one in PAGES["hoheit-vllm-deep-dive"]["templating"]["list"]]
    assert names == ["namespace", "job", "model", "pod", "node", "gpu"]


def test_the_cache_is_coloured_on_its_own_scale_from_zero_to_one() -> None:
    for title in ("KV cache in use", "KV cache over time"):
        for panel in panels(title):
            assert panel["fieldConfig"]["defaults"]["unit"] == "percentunit"
            assert panel["fieldConfig"]["defaults"]["max"] == 1
            assert steps(panel) == [None, pytest.approx(0.81), 0.9]


def test_a_full_cache_is_red_and_an_empty_one_is_green() -> None:
    (gauge,) = panels("KV cache in use")
    colours = gauge["fieldConfig"]["defaults"]["thresholds"]["steps"]
    assert [one["color"] for one in colours] == ["green", "yellow", "red"]


def test_colours_change_where_alerts_begin() -> None:
    (gauge,) = panels("Requests waiting")
    assert steps(gauge) == [None, 5, 10]
    assert all(steps(panel) == [None, 1.0, 2.0] for panel in panels("Time to first token"))


def test_what_has_no_threshold_has_one_colour_instead_of_red_at_eighty() -> None:
    (panel,) = panels("GPU power")
    assert steps(panel) == [None]


def test_gpu_memory_is_in_mebibytes_as_dcgm_counts() -> None:
    (panel,) = panels("GPU memory")
    assert panel["fieldConfig"]["defaults"]["unit"] == "mbytes"


def test_everything_that_the_article_shows_is_there() -> None:
    shown = {name for _, _, query in QUERIES for name in series(query)}
    assert shown >= {
        *("vllm:time_to_first_token_seconds_bucket", "vllm:request_success_total"),
        *("vllm:num_requests_running", "vllm:num_requests_waiting", "vllm:kv_cache_usage_perc"),
        *("vllm:prompt_tokens_total", "vllm:generation_tokens_total"),
        *("vllm:e2e_request_latency_seconds_bucket", "vllm:num_preemptions_total"),
        *("DCGM_FI_DEV_GPU_UTIL", "DCGM_FI_DEV_FB_USED", "DCGM_FI_DEV_FB_FREE"),
        "DCGM_FI_DEV_POWER_USAGE",
    }


@pytest.mark.parametrize("uid", PAGES)
def test_panels_lie_side_by_side_without_a_gap_or_an_overlap(uid: str) -> None:
    taken: set[tuple[int, int]] = set()
    for panel in PAGES[uid]["panels"]:
        place = panel["gridPos"]
        cells = {
            (x, y)
            for x in range(place["x"], place["x"] + place["w"])
            for y in range(place["y"], place["y"] + place["h"])
        }
        assert not taken & cells
        assert place["x"] + place["w"] <= 24
        taken |= cells


@pytest.mark.parametrize("uid", PAGES)
def test_every_panel_asks_the_provisioned_data_source(uid: str) -> None:
    sources = {panel["datasource"]["uid"] for panel in PAGES[uid]["panels"]}
    assert sources == {"prometheus"}
    assert len({panel["id"] for panel in PAGES[uid]["panels"]}) == len(PAGES[uid]["panels"])


def test_without_anything_that_tells_of_gpus_there_is_no_graph_and_no_choice_of_one() -> None:
    without = [page.rendered() for page in dashboards(AlertThresholds(), gpus=False)]
    assert not any("DCGM" in page or '"gpu"' in page for page in without)
    assert any("DCGM" in json.dumps(page) for page in PAGES.values())
