"""What wakes a service that sleeps: the real gateway of a router, with no server behind it."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import pytest
from hoheit._autoscaling import ARRIVALS_SERIES, awake_query
from hoheit._gateway import GATEWAY_METRICS_PATH, METRICS_PORT
from serving.gateway.vllm_double import MODEL

if TYPE_CHECKING:
    from collections.abc import Callable

    from serving.router.pods import RouterProcesses

QUESTION = json.dumps({"model": MODEL, "prompt": "p"}).encode()
JSON = {"Content-Type": "application/json"}
ADDED_BY_PROMETHEUS = ("namespace", "job")


@pytest.fixture
def asleep(start_router: Callable[..., RouterProcesses]) -> RouterProcesses:
    """A router that finds no server."""
    return start_router()


def selected() -> dict[str, str]:
    """The labels by which the rendered query counts arrivals, as regular expressions."""
    query = awake_query("models", "chat", "chat-router")
    (selector,) = re.findall(rf"{ARRIVALS_SERIES}{{([^}}]*)}}", query)
    labels = dict(re.findall(r'(\w+)=~?"([^"]*)"', selector))
    return {name: one for name, one in labels.items() if name not in ADDED_BY_PROMETHEUS}


def arrivals(router: RouterProcesses) -> float:
    """What the gateway has counted of it."""
    text = router.gateway.ask("GET", GATEWAY_METRICS_PATH, port=METRICS_PORT).body.decode()
    counted = []
    for labels, value in re.findall(rf"^{ARRIVALS_SERIES}{{(.*)}} (\S+)$", text, re.MULTILINE):
        own = dict(re.findall(r'(\w+)="([^"]*)"', labels))
        if all(re.fullmatch(one, own[name]) for name, one in selected().items()):
            counted.append(float(value))
    assert len(counted) == 2
    return sum(counted)


def test_the_counter_is_there_before_anybody_asks(asleep: RouterProcesses) -> None:
    assert arrivals(asleep) == 0


def test_who_is_sent_away_with_a_key_is_counted(asleep: RouterProcesses) -> None:
    answer = asleep.gateway.ask("POST", "/v1/completions", body=QUESTION, headers=JSON)

    assert answer.status == 503
    assert arrivals(asleep) == 1


@pytest.mark.parametrize("key", ["", "wrong"])
def test_who_has_no_key_wakes_nobody(asleep: RouterProcesses, key: str) -> None:
    answer = asleep.gateway.ask("POST", "/v1/completions", body=QUESTION, headers=JSON, key=key)

    assert answer.status == 401
    assert arrivals(asleep) == 0


def test_who_asks_for_what_is_not_there_wakes_nobody(asleep: RouterProcesses) -> None:
    assert asleep.gateway.ask("POST", "/pause", body=QUESTION, headers=JSON).status == 404
    assert arrivals(asleep) == 0
