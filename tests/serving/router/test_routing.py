"""Requests through the router: who answers them, and what happens when a server goes."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest
from hoheit._gateway import HEALTH_PORT, METRICS_PORT
from serving.gateway.process import wait_until
from serving.gateway.vllm_double import MODEL, TOKENS
from serving.router.pods import DOMAIN, ENGINE_KEY, NAMESPACE, SERVERS

if TYPE_CHECKING:
    from collections.abc import Callable

    from serving.gateway.process import Gateway
    from serving.router.dns_double import DnsDouble
    from serving.router.pods import RouterProcesses, ServerPod

CHAT = "/v1/chat/completions"
COMPLETIONS = "/v1/completions"


def ask(gateway: Gateway, prompt: str) -> int:
    """Ask for a completion; return the port of the double that answered."""
    body = json.dumps({"model": MODEL, "prompt": prompt}).encode()
    answer = gateway.ask(
        "POST", COMPLETIONS, body=body, headers={"Content-Type": "application/json"}
    )
    assert answer.status == 200, answer.body
    return json.loads(answer.body)["by"]


def both_are_up(router: RouterProcesses) -> bool:
    answer = router.gateway.ask("GET", "/gateway/metrics", port=METRICS_PORT).body.decode()
    return 'haproxy_backend_active_servers{proxy="servers"} 2' in answer


@pytest.fixture(autouse=True)
def _every_server_is_found(request: pytest.FixtureRequest) -> None:
    if "router" in request.fixturenames:
        router: RouterProcesses = request.getfixturevalue("router")
        wait_until(lambda: both_are_up(router), "the servers were not found", seconds=30)


def test_servers_are_found_by_the_name_of_their_service(
    router: RouterProcesses, dns: DnsDouble
) -> None:
    assert dns.asked == {f"{SERVERS}.{NAMESPACE}.svc.{DOMAIN}"}
    assert ask(router.gateway, "hello")


def test_requests_at_a_time_are_spread_over_both_servers(
    router: RouterProcesses, servers: list[ServerPod]
) -> None:
    prompts = [f"{chr(97 + number)} prompt of its own" * 3 for number in range(24)]

    with ThreadPoolExecutor(12) as pool:
        list(pool.map(lambda prompt: ask(router.gateway, prompt), prompts))

    shares = [server.answered() for server in servers]
    assert sum(shares) == 24
    assert min(shares) >= 4


def test_requests_that_begin_alike_go_to_the_server_that_knows_their_beginning(
    router: RouterProcesses,
) -> None:
    beginnings = [chr(97 + group) * 400 for group in range(4)]
    with ThreadPoolExecutor(4) as pool:
        owners = list(pool.map(lambda start: ask(router.gateway, start), beginnings))
    assert len(set(owners)) == 2

    for again in range(3):
        found = [ask(router.gateway, f"{start} question {again}") for start in beginnings]
        assert found == owners


def test_one_after_the_other_is_another_policy(
    servers: list[ServerPod], start_router: Callable[..., RouterProcesses]
) -> None:
    router = start_router(router={"policy": "round_robin"})
    wait_until(lambda: both_are_up(router), "the servers were not found", seconds=30)

    for _ in range(6):
        ask(router.gateway, "the same")

    assert [server.answered() for server in servers] == [3, 3]


def test_a_server_gets_the_request_whole_and_with_its_own_key(
    router: RouterProcesses, servers: list[ServerPod]
) -> None:
    asked = {
        "model": MODEL,
        "messages": [{"role": "user", "content": "Grüße"}],
        "cache_salt": "s",
        "chat_template_kwargs": {"enable_thinking": False},
        "some_new_field": {"a": [1, None]},
        "temperature": 0.5,
    }
    headers = {"Content-Type": "application/json"}
    body = json.dumps(asked).encode()
    assert router.gateway.ask("POST", CHAT, body=body, headers=headers).status == 200

    (seen,) = [one for pod in servers for one in pod.vllm.seen if one.target == CHAT]
    assert asked.items() <= json.loads(seen.body).items()
    assert seen.headers["authorization"] == f"Bearer {ENGINE_KEY}"


def test_a_stream_comes_token_by_token(router: RouterProcesses, servers: list[ServerPod]) -> None:
    response = stream(router.gateway)
    for token in (*TOKENS, "[DONE]"):
        for server in servers:
            server.vllm.next_token.release()
        assert response.readline() == f"data: {token}\n".encode()
        assert response.readline() == b"\n"


def test_a_client_that_hangs_up_frees_its_place_in_vllm(
    router: RouterProcesses, servers: list[ServerPod]
) -> None:
    for server in servers:
        server.vllm.silent.set()
    connection = router.gateway.connect()
    headers = {
        "Authorization": f"Bearer {router.gateway.key}",
        "Content-Type": "application/json",
    }
    connection.request("POST", "/v1/responses", b"{}", headers)
    assert connection.getresponse().status == 404  # no route of this service

    body = json.dumps({"model": MODEL, "prompt": "p"})
    connection = router.gateway.connect()
    connection.request("POST", COMPLETIONS, body, headers)
    wait_until(lambda: any(server.vllm.targets() for server in servers), "vLLM was not asked")
    connection.close()

    wait_until(lambda: any(one.vllm.client_gone.is_set() for one in servers), "still asked")


def test_the_death_of_a_server_costs_no_request_that_comes_after_it(
    router: RouterProcesses, servers: list[ServerPod]
) -> None:
    for number in range(4):
        ask(router.gateway, f"{number} before")
    servers[0].die()

    for number in range(12):
        assert ask(router.gateway, f"{number} after") == servers[1].vllm.port


def test_a_server_that_comes_back_gets_requests_again(
    router: RouterProcesses, servers: list[ServerPod], dns: DnsDouble
) -> None:
    dns.addresses = [servers[1].address]
    wait_until(lambda: not both_are_up(router), "the server is still there")
    assert ask(router.gateway, "meanwhile") == servers[1].vllm.port

    dns.addresses = [server.address for server in servers]
    wait_until(lambda: both_are_up(router), "the server did not come back", seconds=30)
    before = servers[0].answered()
    with ThreadPoolExecutor(12) as pool:
        list(pool.map(lambda number: ask(router.gateway, f"{number} again"), range(24)))
    assert servers[0].answered() > before


def test_a_server_that_leaves_the_service_finishes_its_stream_and_gets_no_new_request(
    router: RouterProcesses, servers: list[ServerPod], dns: DnsDouble
) -> None:
    response = stream(router.gateway)
    wait_until(lambda: any(server.answered() for server in servers), "nobody streams")
    (streaming,) = [server for server in servers if server.answered()]
    (other,) = [server for server in servers if server is not streaming]

    dns.addresses = [other.address]
    wait_until(lambda: not both_are_up(router), "the server is still there")
    for number in range(6):
        assert ask(router.gateway, f"{number} after") == other.vllm.port

    streaming.vllm.next_token.release(len(TOKENS) + 1)
    assert response.read().endswith(b"data: [DONE]\n\n")


def test_without_any_server_the_router_stays_up_counts_and_says_when_to_come_back(
    dns: DnsDouble, start_router: Callable[..., RouterProcesses]
) -> None:
    router = start_router()
    assert dns.addresses == []

    body = json.dumps({"model": MODEL, "prompt": "wake up"}).encode()
    answer = router.gateway.ask(
        "POST", COMPLETIONS, body=body, headers={"Content-Type": "application/json"}
    )

    assert answer.status == 503
    assert int(answer.headers["retry-after"]) > 0
    assert json.loads(answer.body)["error"]["code"] == "service_unavailable"
    assert router.gateway.ask("GET", "/ready", port=HEALTH_PORT).status == 200
    metrics = router.gateway.ask("GET", "/gateway/metrics", port=METRICS_PORT).body.decode()
    assert 'haproxy_frontend_http_responses_total{proxy="api",code="5xx"} 1' in metrics


def test_a_stopping_router_finishes_its_streams(
    router: RouterProcesses, servers: list[ServerPod]
) -> None:
    response = stream(router.gateway)
    wait_until(lambda: any(server.answered() for server in servers), "nobody streams")

    router.stop_softly()
    for server in servers:
        server.vllm.next_token.release(len(TOKENS) + 1)

    assert response.read().endswith(b"data: [DONE]\n\n")
    assert router.router.wait(timeout=15) == 0


def stream(gateway: Gateway):  # noqa: ANN201 - http.client names it badly
    connection = gateway.connect()
    headers = {"Authorization": f"Bearer {gateway.key}", "Content-Type": "application/json"}
    messages = [{"role": "user", "content": "stream"}]
    body = json.dumps({"model": MODEL, "messages": messages, "stream": True})
    connection.request("POST", CHAT, body, headers)
    return connection.getresponse()
