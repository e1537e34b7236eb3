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

TOKENS = 4000
"""Many seconds of work, so that the stop comes in the middle of it."""


@dataclasses.dataclass(frozen=True)
class Stopped:
    pod: Pod
    stop: Stop
    events_before: int
    """Of the stream, when the engine was told to stop."""
    events: int
    tokens: int
    """What the end of the stream says it brought."""


@pytest.fixture(scope="module")
def stopped(prepare: Prepare, fetched: Fetched) -> Iterator[Stopped]:
    """A pod that was stopped while it streamed to a client that had come in late."""
    pod = prepare(fetched.service.server)
    with pod.running():
        stop = Stop(pod)
        time.sleep(pod.pre_stop_seconds - 3)
        asked: dict[str, object] = {
            "model": NAME,
            "prompt": "Daten",
            "max_tokens": TOKENS,
            "ignore_eos": True,
        }
        asked["stream_options"] = {"include_usage": True}
        before = events = tokens = 0
        for event in pod.api.stream(COMPLETIONS, asked):
            events += 1
            before += not stop.signalled.is_set()
            tokens = (event.get("usage") or {}).get("completion_tokens", tokens)
        stop.join(pod.grace_seconds)
        yield Stopped(pod, stop, before, events, tokens)


def test_a_request_that_comes_before_the_signal_is_served(stopped: Stopped) -> None:
    assert stopped.events_before > 0


def test_a_stream_that_runs_at_the_signal_is_finished(stopped: Stopped) -> None:
    assert stopped.events_before < stopped.events
    assert stopped.tokens == TOKENS


def test_the_engine_ends_by_itself_and_well(stopped: Stopped) -> None:
    assert stopped.stop.exit_status == 0


def test_the_whole_pod_is_gone_within_the_grace(stopped: Stopped) -> None:
    assert not stopped.pod.engine.is_running
    assert not stopped.pod.gateway.is_running
    assert stopped.stop.seconds < stopped.pod.grace_seconds
