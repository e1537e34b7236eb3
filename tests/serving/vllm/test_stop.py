"""How a pod goes: what runs is finished, within the grace that is rendered."""

from __future__ import annotations

import dataclasses
import time
from typing import TYPE_CHECKING

import pytest
from serving.vllm.client import COMPLETIONS
from serving.vllm.kubelet import Stop
from serving.vllm.model import NAME

if TYPE_CHECKING:
    from collections.abc import Iterator

    from serving.vllm.conftest import Fetched, Prepare
    from serving.vllm.pod import Pod

MOST_TOKENS = 4000
STREAM_SECONDS = 15
"""Of work, so that the stop comes in the middle of it, and its end long before the drain's."""
TRIED_TOKENS = 50


@dataclasses.dataclass(frozen=True)
class Stopped:
    pod: Pod
    stop: Stop
    events_before: int
    """Of the stream, when the engine was told to stop."""
    events: int
    tokens: int
    """What the end of the stream says it brought."""
    wanted: int


@pytest.fixture(scope="module")
def stopped(prepare: Prepare, fetched: Fetched) -> Iterator[Stopped]:
    """A pod that was stopped while it streamed to a client that had come in late."""
    pod = prepare(fetched.service.server)
    with pod.running():
        wanted = min(MOST_TOKENS, round(tokens_per_second(pod) * STREAM_SECONDS))
        stop = Stop(pod)
        time.sleep(pod.pre_stop_seconds - 3)
        before = events = tokens = 0
        for event in pod.api.stream(COMPLETIONS, question(wanted)):
            events += 1
            before += not stop.signalled.is_set()
            tokens = (event.get("usage") or {}).get("completion_tokens", tokens)
        stop.join(pod.grace_seconds)
        yield Stopped(pod, stop, before, events, tokens, wanted)


def question(tokens: int) -> dict[str, object]:
    asked: dict[str, object] = {"model": NAME, "prompt": "Daten", "max_tokens": tokens}
    return {**asked, "ignore_eos": True, "stream_options": {"include_usage": True}}


def tokens_per_second(pod: Pod) -> float:
    """How fast this machine is just now."""
    began = time.monotonic()
    for _ in pod.api.stream(COMPLETIONS, question(TRIED_TOKENS)):
        continue
    return TRIED_TOKENS / (time.monotonic() - began)


def test_a_request_that_comes_before_the_signal_is_served(stopped: Stopped) -> None:
    assert stopped.events_before > 0


def test_a_stream_that_runs_at_the_signal_is_finished(stopped: Stopped) -> None:
    assert stopped.events_before < stopped.events
    assert stopped.tokens == stopped.wanted


def test_the_engine_ends_by_itself_and_well(stopped: Stopped) -> None:
    assert stopped.stop.exit_status == 0


def test_the_whole_pod_is_gone_within_the_grace(stopped: Stopped) -> None:
    assert not stopped.pod.engine.is_running
    assert not stopped.pod.gateway.is_running
    assert stopped.stop.seconds < stopped.pod.grace_seconds
