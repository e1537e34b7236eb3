"""Several keys with names, and their change while the gateway runs."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from hoheit._api_keys import digest
from serving.gateway.process import wait_until
from serving.gateway.vllm_double import TOKENS

if TYPE_CHECKING:
    from serving.gateway.process import Gateway
    from serving.gateway.vllm_double import VllmDouble

CHAT = "/v1/chat/completions"


def status(gateway: Gateway, key: str) -> int:
    return gateway.ask("GET", "/v1/models", key=key).status


def test_each_of_several_keys_is_accepted_and_the_log_has_its_name(gateway: Gateway) -> None:
    gateway.accept(("team-a", "key-a"), ("team-b", "key-b"))
    wait_until(lambda: status(gateway, "key-b") == 200, "the new key is not accepted")

    assert status(gateway, "key-a") == 200
    wait_until(lambda: "key=team-a " in gateway.log(), "the name is not in the log")
    assert "key=team-b " in gateway.log()
    assert "key-a" not in gateway.log()


def test_a_refused_request_has_no_name_in_the_log(gateway: Gateway) -> None:
    assert status(gateway, "wrong") == 401

    wait_until(lambda: "status=401" in gateway.log(), "the request is not in the log")
    (line,) = [line for line in gateway.log().splitlines() if "status=401" in line]
    assert "key=- " in line


def test_an_old_key_is_accepted_beside_its_successor_until_it_is_taken_away(
    gateway: Gateway,
) -> None:
    gateway.accept(("tests", gateway.key), ("tests", "successor"))
    wait_until(lambda: status(gateway, "successor") == 200, "the successor is not accepted")
    assert status(gateway, gateway.key) == 200

    gateway.accept(("tests", "successor"))
    wait_until(lambda: status(gateway, gateway.key) == 401, "the old key is still accepted")
    assert status(gateway, "successor") == 200


def test_a_change_of_keys_neither_restarts_the_gateway_nor_breaks_a_stream(
    gateway: Gateway, vllm: VllmDouble
) -> None:
    connection = gateway.connect()
    headers = {"Authorization": f"Bearer {gateway.key}"}
    connection.request("POST", CHAT, json.dumps({"stream": True}), headers)
    response = connection.getresponse()
    vllm.next_token.release()
    assert response.readline() == f"data: {TOKENS[0]}\n".encode()

    gateway.accept(("tests", "successor"))
    wait_until(lambda: status(gateway, gateway.key) == 401, "the old key is still accepted")

    assert gateway.process.poll() is None
    vllm.next_token.release(len(TOKENS))
    assert response.read().endswith(b"data: [DONE]\n\n")


def test_without_any_key_nobody_gets_in(gateway: Gateway) -> None:
    gateway.accept()
    wait_until(lambda: status(gateway, gateway.key) == 401, "the key is still accepted")

    for token in ("Bearer ", "Bearer", "Bearer  ", ""):
        assert gateway.ask("GET", "/v1/models", headers={"Authorization": token}).status == 401


def test_a_file_that_is_gone_for_a_moment_locks_nobody_out(gateway: Gateway) -> None:
    (gateway.folder / "keys" / "..data").unlink()
    with pytest.raises(AssertionError):
        wait_until(lambda: status(gateway, gateway.key) == 401, "as it should", seconds=5)


def test_a_digest_is_no_key(gateway: Gateway) -> None:
    assert status(gateway, digest(gateway.key)) == 401
