"""Who may ask a router what, and that its own administration is closed."""

from __future__ import annotations

import http.client
import json
import subprocess
from typing import TYPE_CHECKING

import pytest
from hoheit._gateway import HEALTH_PORT, METRICS_PORT, UPSTREAM_KEY_VARIABLE
from hoheit._router_gateway import router_gateway_config
from hoheit_facts import known_series
from serving.gateway.process import mount_keys, wait_until, write_files
from serving.gateway.vllm_double import MODEL, TOKENS
from serving.router.pods import CLIENT_KEY, ENGINE_KEY, ROUTER_KEY

if TYPE_CHECKING:
    from pathlib import Path

    from serving.router.pods import RouterProcesses, ServerPod

CHAT = "/v1/chat/completions"
COMPLETIONS = "/v1/completions"
JSON = {"Content-Type": "application/json"}
QUESTION = json.dumps({"model": MODEL, "prompt": "p"}).encode()
ADMINISTRATION = (
    *(("POST", "/add_worker"), ("POST", "/remove_worker"), ("GET", "/list_workers")),
    *(("POST", "/flush_cache"), ("GET", "/get_loads"), ("POST", "/workers")),
    *(("GET", "/workers"), ("DELETE", "/workers/http%3A%2F%2F127.0.0.1%3A9001")),
    *(("GET", "/scheduling/diagnostics"), ("POST", "/finish_session"), ("GET", "/liveness")),
    *(("GET", "/health"), ("GET", "/metrics"), ("POST", "/pause"), ("POST", "/sleep")),
    *(("POST", f"{COMPLETIONS}/render"), ("POST", f"{CHAT}/render"), ("GET", "/get_server_info")),
)
"""Routes of vllm-router 0.1.17, and some of vLLM that it would hand on."""


@pytest.mark.parametrize("key", ["", "wrong", ROUTER_KEY, ENGINE_KEY])
def test_without_a_clients_key_nobody_reaches_the_router(
    router: RouterProcesses, servers: list[ServerPod], key: str
) -> None:
    answer = router.gateway.ask("POST", COMPLETIONS, body=QUESTION, headers=JSON, key=key)

    assert answer.status == 401
    assert not [seen for server in servers for seen in server.vllm.targets()]


def test_the_routers_own_administration_is_closed_even_with_a_key(
    router: RouterProcesses, servers: list[ServerPod]
) -> None:
    for method, target in ADMINISTRATION:
        body = QUESTION if method == "POST" else None
        assert router.gateway.ask(method, target, body=body).status == 404, target

    assert not [seen for server in servers for seen in server.vllm.targets()]
    answer = router.gateway.ask("POST", COMPLETIONS, body=QUESTION, headers=JSON)
    assert answer.status == 200


def test_that_administration_would_be_open_without_the_gateway(router: RouterProcesses) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", router.router_port, timeout=10)
    connection.request("GET", "/list_workers")

    assert connection.getresponse().status == 200


def test_a_server_refuses_a_clients_key_and_takes_the_routers(
    router: RouterProcesses,  # noqa: ARG001 - with one in front
    servers: list[ServerPod],
    ports: dict[int, int],
) -> None:
    def status(key: str) -> int:
        connection = http.client.HTTPConnection(servers[0].address, ports[8080], timeout=10)
        connection.request("GET", "/v1/models", headers={"Authorization": f"Bearer {key}"})
        return connection.getresponse().status

    assert (status(CLIENT_KEY), status(ENGINE_KEY), status(ROUTER_KEY)) == (401, 401, 200)


def test_a_request_can_be_followed_from_the_clients_name_to_vllm(
    router: RouterProcesses, servers: list[ServerPod]
) -> None:
    answer = router.gateway.ask("POST", COMPLETIONS, body=QUESTION, headers=JSON)
    identity = answer.headers["x-request-id"]

    wait_until(lambda: f"id={identity}" in router.gateway.log(), "not in the router's log")
    (line,) = [one for one in router.gateway.log().splitlines() if f"id={identity}" in one]
    assert " key=tests " in line
    lines = [one for server in servers for one in server.log().splitlines()]
    handed_on = [one for one in lines if f" via={identity} " in one and COMPLETIONS in one]
    assert handed_on
    assert all(" key=router " in one for one in handed_on)
    seen = [one for server in servers for one in server.vllm.seen if one.target == COMPLETIONS]
    assert f"id={seen[0].headers['x-request-id']} " in "".join(handed_on)


def test_a_change_of_keys_breaks_no_stream_and_restarts_nothing(
    router: RouterProcesses, servers: list[ServerPod]
) -> None:
    messages = [{"role": "user", "content": "stream"}]
    body = json.dumps({"model": MODEL, "messages": messages, "stream": True})
    connection = router.gateway.connect()
    headers = {**JSON, "Authorization": f"Bearer {CLIENT_KEY}"}
    connection.request("POST", CHAT, body, headers)
    response = connection.getresponse()

    router.gateway.accept(("tests", "successor"))
    wait_until(
        lambda: router.gateway.ask("GET", "/v1/models").status == 401, "the old key is accepted"
    )
    assert router.gateway.ask("GET", "/v1/models", key="successor").status == 200

    for server in servers:
        server.vllm.next_token.release(len(TOKENS) + 1)
    assert response.read().endswith(b"data: [DONE]\n\n")
    assert (router.gateway.process.poll(), router.router.poll()) == (None, None)


def test_every_metric_of_the_router_is_known(router: RouterProcesses) -> None:
    for _ in range(2):
        router.gateway.ask("POST", COMPLETIONS, body=QUESTION, headers=JSON)

    text = router.gateway.ask("GET", "/metrics", port=METRICS_PORT).body.decode()
    exported = {line.partition("{")[0].split()[0] for line in text.splitlines() if line[:1] == "v"}
    assert exported
    assert exported <= known_series("vllm-router", "0.1.17")


def test_the_inner_ports_answer_nothing_else(router: RouterProcesses) -> None:
    for port in (HEALTH_PORT, METRICS_PORT):
        for path in ("/v1/models", "/list_workers", "/liveness", "/health"):
            assert router.gateway.ask("GET", path, port=port).status == 404, (port, path)


def test_the_rendered_file_is_valid_without_a_warning(haproxy: str, tmp_path: Path) -> None:
    rendered = router_gateway_config(
        servers="chat-servers",
        domain="cluster.local",
        slots=100,
        allowed_paths=[CHAT, "/v1/embeddings"],
        idle_timeout_seconds=600,
        drain_seconds=900,
        max_body_bytes=50_000_000,
    )
    mount_keys(tmp_path / "keys", [("tests", "k")])
    done = subprocess.run(
        [haproxy, "-c", "-f", str(write_files(tmp_path, rendered))],
        env={UPSTREAM_KEY_VARIABLE: "k", "POD_NAMESPACE": "models"},
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    assert "warning" not in (done.stdout + done.stderr).lower()
