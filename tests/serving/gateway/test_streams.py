"""Tokens as they come, long silences, and clients that go away."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING

from serving.gateway.process import wait_until
from serving.gateway.vllm_double import TOKENS

if TYPE_CHECKING:
    from http.client import HTTPConnection

    from serving.gateway.conftest import Start
    from serving.gateway.process import Gateway
    from serving.gateway.vllm_double import VllmDouble

CHAT = "/v1/chat/completions"


def ask_for_a_stream(gateway: Gateway) -> HTTPConnection:
    connection = gateway.connect()
    headers = {"Authorization": f"Bearer {gateway.key}"}
    connection.request("POST", CHAT, json.dumps({"stream": True}), headers)
    return connection


def test_every_token_arrives_before_the_next_one_is_made(
    gateway: Gateway, vllm: VllmDouble
) -> None:
    response = ask_for_a_stream(gateway).getresponse()
    assert response.getheader("content-type", "").startswith("text/event-stream")

    for token in (*TOKENS, "[DONE]"):
        vllm.next_token.release()
        assert response.readline() == f"data: {token}\n".encode()
        assert response.readline() == b"\n"
    assert response.read() == b""


def test_a_silence_beyond_the_timeout_ends_as_504(start: Start, vllm: VllmDouble) -> None:
    vllm.silent.set()

    answer = start(idle_seconds=1).ask("POST", CHAT, body=b"{}")

    assert answer.status == 504
    assert json.loads(answer.body)["error"]["code"] == "gateway_timeout"


def test_a_silence_within_the_timeout_is_borne(start: Start, vllm: VllmDouble) -> None:
    gateway = start(idle_seconds=2)
    response = ask_for_a_stream(gateway).getresponse()

    for _ in range(len(TOKENS) + 1):
        time.sleep(0.6)
        vllm.next_token.release()
    assert response.read().decode().count("data: ") == len(TOKENS) + 1  # 3 s in all


def test_a_client_that_hangs_up_frees_its_place_in_vllm(gateway: Gateway, vllm: VllmDouble) -> None:
    vllm.silent.set()
    connection = gateway.connect()
    connection.request("POST", CHAT, b"{}", {"Authorization": f"Bearer {gateway.key}"})
    wait_until(lambda: bool(vllm.targets()), "vLLM was not asked")

    connection.close()

    assert vllm.client_gone.wait(5)


def test_a_model_server_that_breaks_off_before_an_answer_ends_as_502(
    gateway: Gateway, vllm: VllmDouble
) -> None:
    vllm.breaks_off = True

    answer = gateway.ask("POST", CHAT, body=b"{}")

    assert answer.status == 502
    assert json.loads(answer.body)["error"]["code"] == "bad_gateway"
