"""What clients get from the real vLLM through the real gateway."""

from __future__ import annotations

import dataclasses
import json
from typing import TYPE_CHECKING

import pytest
from hoheit._gateway import METRICS_PORT
from serving.vllm.client import CHAT, COMPLETIONS, MODELS, Client
from serving.vllm.model import NAME

if TYPE_CHECKING:
    from serving.vllm.pod import Pod

QUESTION = {"model": NAME, "messages": [{"role": "user", "content": "Wo sind die Daten?"}]}
PROMPT = {"model": NAME, "prompt": "Wo sind die Daten?"}


def test_a_chat_is_answered(pod: Pod) -> None:
    answer = pod.api.post(CHAT, {**QUESTION, "max_tokens": 8})

    assert answer.status == 200, answer.text
    assert answer.json["choices"][0]["message"]["role"] == "assistant"
    assert answer.json["usage"]["completion_tokens"] <= 8


def test_a_completion_is_answered_and_the_same_again(pod: Pod) -> None:
    first, second = (pod.api.complete(NAME, "Wo sind die Daten?") for _ in range(2))

    assert first == second
    assert len(first) == 16


def test_a_stream_brings_tokens_as_they_are_made(pod: Pod) -> None:
    asked = {**PROMPT, "max_tokens": 200, "ignore_eos": True}

    # Not one event for each token: what a slow client has not taken yet comes in one piece.
    assert len(list(pod.api.stream(COMPLETIONS, asked))) > 10


@pytest.mark.parametrize("key", [None, "wrong", ""])
@pytest.mark.parametrize(("path", "asked"), [(CHAT, QUESTION), (COMPLETIONS, PROMPT)])
def test_without_the_key_nobody_is_answered(
    pod: Pod, key: str | None, path: str, asked: object
) -> None:
    stranger = dataclasses.replace(pod.api, key=key)

    assert stranger.post(path, asked).status == 401
    assert stranger.get(MODELS).status == 401


def test_a_client_does_not_get_in_with_vllms_own_key(pod: Pod) -> None:
    assert pod.inside.get(MODELS).status == 200

    assert dataclasses.replace(pod.api, key=pod.inside.key).get(MODELS).status == 401


def test_vllm_itself_wants_a_key_too(pod: Pod) -> None:
    assert dataclasses.replace(pod.inside, key=pod.api.key).get(MODELS).status == 401


def routes(pod: Pod) -> list[tuple[str, str]]:
    """Every method and path of the running vLLM, as it describes itself."""
    described = pod.inside.get("/openapi.json").json["paths"]
    return [(method.upper(), path) for path, methods in described.items() for method in methods]


def test_no_other_route_of_vllm_is_open_to_clients(pod: Pod) -> None:
    allowed = {("GET", MODELS), ("POST", CHAT), ("POST", COMPLETIONS)}
    every = routes(pod)
    assert allowed < set(every)
    assert ("POST", "/scale_elastic_ep") in every

    answered = {
        (method, path)
        for method, path in every
        if pod.api.ask(method, path.replace("{", "").replace("}", ""), b"{}").status != 404
    }

    assert answered == allowed


def test_prompts_and_keys_are_in_no_log(pod: Pod) -> None:
    secret = "Steuernummer 12345"
    assert pod.api.complete(NAME, secret)
    written = "".join(process.log for process in pod.processes.values())

    for word in (secret, pod.api.key, pod.inside.key):
        assert word
        assert json.dumps(word).strip('"') not in written


def test_the_metrics_port_gives_metrics_and_no_model(pod: Pod) -> None:
    scraper = Client(pod.network, METRICS_PORT, pod.api.key)

    assert "vllm:num_requests_running" in scraper.get("/metrics").text
    assert scraper.get(MODELS).status == 404
