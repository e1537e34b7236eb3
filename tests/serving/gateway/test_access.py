"""Who may ask what: the key, the paths, the size of a body, the headers."""

from __future__ import annotations

import contextlib
import json
from typing import TYPE_CHECKING

import pytest
from hoheit_facts import ENGINES
from serving.gateway.conftest import MODELS, VLLM_KEY
from serving.gateway.process import wait_until
from serving.gateway.vllm_double import MODEL

if TYPE_CHECKING:
    from serving.gateway.conftest import Start
    from serving.gateway.process import Answer, Gateway
    from serving.gateway.vllm_double import VllmDouble

CHAT = "/v1/chat/completions"
QUESTION = json.dumps({"model": MODEL, "messages": []}).encode()


def error_of(answer: Answer) -> dict[str, object]:
    """Return the error, which has the keys that OpenAI's clients read."""
    assert answer.headers["content-type"] == "application/json"
    error = json.loads(answer.body)["error"]
    assert set(error) == {"message", "type", "param", "code"}
    return error


def test_a_question_with_the_key_is_answered_by_vllm(gateway: Gateway, vllm: VllmDouble) -> None:
    answer = gateway.ask("POST", CHAT, body=QUESTION)

    assert (answer.status, json.loads(answer.body)["read"]) == (200, len(QUESTION))
    assert vllm.sent_by_client().body == QUESTION
    assert vllm.sent_by_client().headers["authorization"] == f"Bearer {VLLM_KEY}"


def test_vllms_own_key_is_no_key_of_a_client(gateway: Gateway) -> None:
    assert gateway.ask("GET", "/v1/models", key=VLLM_KEY).status == 401


def test_the_list_of_models_is_answered_by_vllm(gateway: Gateway) -> None:
    answer = gateway.ask("GET", "/v1/models")

    assert [model["id"] for model in json.loads(answer.body)["data"]] == list(MODELS)


@pytest.mark.parametrize("target", [CHAT, "/v1/models", "/metrics", "/ready", "/nothing"])
@pytest.mark.parametrize("key", ["", "wrong", "sk", "Bearer"])
def test_without_the_key_every_path_is_refused(
    gateway: Gateway, vllm: VllmDouble, target: str, key: str
) -> None:
    answer = gateway.ask("POST" if target == CHAT else "GET", target, key=key)

    assert answer.status == 401
    assert error_of(answer)["code"] == "invalid_api_key"
    assert answer.headers["www-authenticate"] == "Bearer"
    assert vllm.targets() == []


@pytest.mark.parametrize("change", ["{key}", "Basic {key}", "Bearer", "Bearer ", "Bearer {key}x"])
def test_the_key_counts_only_as_a_bearer_token_and_only_whole(
    gateway: Gateway, change: str
) -> None:
    given = {"Authorization": change.format(key=gateway.key)}

    assert gateway.ask("GET", "/v1/models", key="", headers=given).status == 401


@pytest.mark.parametrize(
    ("method", "target"),
    [
        ("GET", "/metrics"),
        ("GET", "/health"),
        ("GET", "/ready"),
        ("GET", "/gateway"),
        ("GET", "/gateway/metrics"),
        ("POST", "/pause"),
        ("POST", "/invocations"),
        ("POST", "/v1/load_lora_adapter"),
        ("GET", CHAT),
        ("DELETE", CHAT),
        ("OPTIONS", CHAT),
        ("POST", "/v1/models"),
        ("HEAD", "/v1/models"),
        ("GET", f"/v1/models/{MODEL}"),
        ("POST", "//v1/chat/completions"),
        ("POST", "/v1//chat/completions"),
        ("POST", "/v1/chat/completions/"),
        ("POST", "/v1/./chat/completions"),
        ("POST", "/v1/chat/completions/../../../pause"),
        ("POST", "/v1/chat/completions/%2e%2e/%2e%2e/load_lora_adapter"),
        ("POST", "/v1%2fchat%2fcompletions"),
        ("POST", "/v1/chat/completion%73"),
        ("POST", "/V1/chat/completions"),
        ("POST", "/v1/chat/completions;x=/pause"),
        ("POST", "/pause?/v1/chat/completions"),
        ("POST", "http://127.0.0.1/pause"),
        ("OPTIONS", "*"),
    ],
)
def test_what_is_not_on_the_list_never_reaches_vllm(
    gateway: Gateway, vllm: VllmDouble, method: str, target: str
) -> None:
    answer = gateway.ask(method, target, body=QUESTION if method == "POST" else None)

    assert answer.status == 404
    if method != "HEAD":
        assert error_of(answer)["code"] == "not_found"
    assert not [seen for seen in vllm.seen if "x-request-id" in seen.headers]


@pytest.mark.parametrize("version", ENGINES)
def test_of_every_route_that_vllm_has_only_the_listed_ones_reach_it(
    gateway: Gateway, vllm: VllmDouble, version: str
) -> None:
    listed = {("GET", "/v1/models"), ("POST", CHAT), ("POST", "/v1/completions")}
    routes = {(method, one.path) for one in ENGINES[version].routes for method in one.methods}
    assert listed <= routes

    for method, path in sorted(routes - listed):
        target = path.replace("{", "").replace("}", "")
        answer = gateway.ask(method, target, body=QUESTION if method == "POST" else None)
        assert answer.status == 404, (method, target)
    assert not [seen for seen in vllm.seen if "x-request-id" in seen.headers]

    for method, path in sorted(listed):
        body = QUESTION if method == "POST" else None
        assert gateway.ask(method, path, body=body).status == 200, path


@pytest.mark.parametrize("target", [f"{CHAT}?debug=1", f"http://elsewhere{CHAT}", CHAT])
def test_vllm_sees_nothing_of_the_target_but_the_path(
    gateway: Gateway, vllm: VllmDouble, target: str
) -> None:
    assert gateway.ask("POST", target, body=QUESTION).status == 200

    assert vllm.sent_by_client().target == CHAT


# The last one is one byte in 32 bits.
@pytest.mark.parametrize("length", [1001, 2**31, 2**32 + 1])
def test_a_body_over_the_limit_is_refused_before_it_is_sent(
    length: int, start: Start, vllm: VllmDouble
) -> None:
    gateway = start(max_body=1000)
    connection = gateway.connect()
    connection.putrequest("POST", CHAT)
    connection.putheader("Authorization", f"Bearer {gateway.key}")
    connection.putheader("Content-Length", str(length))
    connection.endheaders()

    assert connection.getresponse().status == 413
    assert gateway.ask("POST", CHAT, body=b" " * 998 + b"{}").status == 200
    assert len(vllm.targets()) == 1


def test_a_client_that_sends_far_too_much_still_reads_the_refusal(gateway: Gateway) -> None:
    connection = gateway.connect()
    with contextlib.suppress(BrokenPipeError, ConnectionResetError):  # as HTTP clients do
        headers = {"Authorization": f"Bearer {gateway.key}"}
        connection.request("POST", CHAT, b"x" * 5_000_000, headers)

    response = connection.getresponse()

    assert response.status == 413
    assert json.loads(response.read())["error"]["code"] == "request_too_large"


def test_a_body_without_a_length_cannot_slip_under_the_limit(
    gateway: Gateway, vllm: VllmDouble
) -> None:
    answer = gateway.ask("POST", CHAT, headers={"Transfer-Encoding": "chunked"}, body=b"")

    assert answer.status == 411
    assert error_of(answer)["code"] == "length_required"
    assert vllm.targets() == []


@pytest.mark.parametrize(
    "lengths",
    [
        "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n",
        "Content-Length: 5\r\nContent-Length: 6\r\n",
        "Content-Length: -1\r\n",
        "Content-Length: 99999999999999999999999\r\n",
    ],
)
def test_two_answers_to_how_long_a_body_is_are_refused(
    gateway: Gateway, vllm: VllmDouble, lengths: str
) -> None:
    head = f"POST {CHAT} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {gateway.key}\r\n"

    answer = gateway.ask_raw(
        f"{head}{lengths}Connection: close\r\n\r\n0\r\n\r\nGET /pause".encode()
    )

    assert answer.split(b" ")[1] in (b"400", b"411", b"413")
    assert vllm.targets() == []


def test_vllm_sees_only_the_headers_it_needs(gateway: Gateway, vllm: VllmDouble) -> None:
    unwanted = [
        *("Forwarded", "X-Forwarded-For", "X-Forwarded-Proto", "X-Forwarded-Host", "X-Real-IP"),
        *("Keep-Alive", "Proxy-Authorization", "Proxy-Connection", "TE", "Upgrade", "Trailer"),
        *("Cookie", "X-Request-Id", "X-Data-Parallel-Rank", "X-Anything"),
    ]
    wanted = {"Content-Type": "application/json", "traceparent": "00-1-2-01"}

    sent = {**dict.fromkeys(unwanted, "from-the-client"), **wanted}
    assert gateway.ask("POST", CHAT, headers=sent, body=QUESTION).status == 200

    seen = vllm.sent_by_client().headers
    assert "from-the-client" not in seen.values()
    assert set(seen) <= {
        *("accept-encoding", "authorization", "connection", "content-length", "content-type"),
        *("host", "traceparent", "x-request-id"),
    }
    assert {seen["content-type"], seen["traceparent"]} == set(wanted.values())


def test_an_answer_carries_the_id_of_its_log_line_and_of_vllms_request(
    gateway: Gateway, vllm: VllmDouble
) -> None:
    answer = gateway.ask("POST", CHAT, body=QUESTION)

    identity = answer.headers["x-request-id"]
    assert vllm.sent_by_client().headers["x-request-id"] == identity
    wait_until(lambda: identity in gateway.log(), "the request is not in the log")
    (line,) = [line for line in gateway.log().splitlines() if f"id={identity}" in line]
    assert f'POST "{CHAT}" status=200 body_in=' in line
    assert "server" not in answer.headers


def test_the_log_holds_neither_keys_nor_queries_nor_bodies(gateway: Gateway) -> None:
    gateway.ask("POST", f"{CHAT}?api_key=secret-in-query", body=b'{"prompt": "Kontonummer 4711"}')
    gateway.ask("POST", CHAT, key="a-wrong-key", headers={"X-Api-Key": gateway.key})

    wait_until(lambda: "status=401" in gateway.log(), "the requests are not in the log")
    log = gateway.log()
    assert "status=200" in log
    for secret in (gateway.key, "secret-in-query", "4711", "a-wrong-key"):
        assert secret not in log
