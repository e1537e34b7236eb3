"""What the kubelet hears, and what clients hear while there is no model."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING

import pytest
from hoheit._gateway import HEALTH_PORT, METRICS_PORT
from serving.gateway.conftest import MODELS, VLLM_KEY
from serving.gateway.process import wait_until
from serving.gateway.vllm_double import MODEL

if TYPE_CHECKING:
    from serving.gateway.process import Gateway
    from serving.gateway.vllm_double import VllmDouble

CHAT = "/v1/chat/completions"


def probe(gateway: Gateway, path: str) -> int:
    return gateway.ask("GET", path, port=HEALTH_PORT).status


def test_a_pod_is_ready_once_vllm_lists_the_model(gateway: Gateway) -> None:
    wait_until(lambda: probe(gateway, "/ready") == 200, "never ready")


def test_a_pod_is_not_ready_while_vllm_lists_other_models(
    gateway: Gateway, vllm: VllmDouble
) -> None:
    vllm.models = ["adapter-a", f"{MODEL}-instruct", f"a-{MODEL}", MODEL.replace(".", "x")]
    wait_until(lambda: probe(gateway, "/ready") == 503, "ready with other models")
    assert probe(gateway, "/live") == 200

    vllm.models.append(MODEL)
    wait_until(lambda: probe(gateway, "/ready") == 200, "not ready with the model")


def test_a_pod_is_not_ready_before_every_adapter_is_listed(
    gateway: Gateway, vllm: VllmDouble
) -> None:
    vllm.models = [MODEL]
    wait_until(lambda: probe(gateway, "/ready") == 503, "ready without the adapter")

    vllm.models = list(MODELS)
    wait_until(lambda: probe(gateway, "/ready") == 200, "not ready with the model")


def test_a_pod_is_not_ready_while_vllm_has_another_key(gateway: Gateway, vllm: VllmDouble) -> None:
    vllm.key = "another"

    wait_until(lambda: probe(gateway, "/ready") == 503, "ready with another key")


def test_a_pod_is_not_ready_while_the_list_comes_with_an_error(
    gateway: Gateway, vllm: VllmDouble
) -> None:
    vllm.listing_status = 500

    wait_until(lambda: probe(gateway, "/ready") == 503, "ready with an error")


@pytest.mark.usefixtures("gateway")
def test_the_gateway_asks_for_the_models_with_vllms_own_key(vllm: VllmDouble) -> None:
    wait_until(lambda: bool(vllm.seen), "no check was made")

    check = vllm.seen[0]
    assert (check.method, check.target) == ("GET", "/v1/models")
    assert check.headers["authorization"] == f"Bearer {VLLM_KEY}"


def test_live_tells_what_vllms_health_tells(gateway: Gateway, vllm: VllmDouble) -> None:
    assert probe(gateway, "/live") == 200

    vllm.healthy = False

    assert probe(gateway, "/live") == 503
    assert probe(gateway, "/gateway") == 200


def test_a_vllm_that_dies_is_noticed_at_once(gateway: Gateway, vllm: VllmDouble) -> None:
    wait_until(lambda: probe(gateway, "/ready") == 200, "never ready")

    vllm.stop()

    assert (probe(gateway, "/ready"), probe(gateway, "/live")) == (503, 503)
    assert probe(gateway, "/gateway") == 200


def test_clients_are_told_to_come_back_while_vllm_is_down_and_served_when_it_is_up(
    gateway: Gateway, vllm: VllmDouble
) -> None:
    vllm.stop()

    began = time.monotonic()
    answer = gateway.ask("POST", CHAT, body=b"{}")

    assert time.monotonic() - began < 2.5  # refused, not retried until the client gives up
    assert answer.status == 503
    assert int(answer.headers["retry-after"]) > 0
    assert json.loads(answer.body)["error"]["code"] == "service_unavailable"
    assert gateway.ask("POST", CHAT, body=b"{}", key="").status == 401

    vllm.start()
    assert gateway.ask("POST", CHAT, body=b"{}").status == 200
    wait_until(lambda: probe(gateway, "/ready") == 200, "not ready again")


@pytest.mark.parametrize("method", ["POST", "HEAD", "DELETE"])
def test_probes_are_only_asked_with_get(gateway: Gateway, method: str) -> None:
    assert gateway.ask(method, "/live", port=HEALTH_PORT).status == 404


@pytest.mark.parametrize("port", [HEALTH_PORT, METRICS_PORT])
@pytest.mark.parametrize(
    "path", ["/", "/health", "/v1/models", CHAT, "/pause", "//live", "/live/", "//metrics"]
)
def test_the_inner_ports_answer_nothing_else(gateway: Gateway, port: int, path: str) -> None:
    assert gateway.ask("GET", path, port=port).status == 404
    assert gateway.ask("POST", path, port=port).status == 404


def test_vllms_metrics_are_on_the_metrics_port(gateway: Gateway, vllm: VllmDouble) -> None:
    answer = gateway.ask("GET", "/metrics?x=1", port=METRICS_PORT)

    assert (answer.status, answer.body) == (200, b"vllm:num_requests_running 0.0\n")
    assert vllm.targets() == ["/metrics"]


def test_the_gateways_own_metrics_are_beside_them_even_while_vllm_is_down(
    gateway: Gateway, vllm: VllmDouble
) -> None:
    gateway.ask("GET", "/v1/models")
    vllm.stop()

    answer = gateway.ask("GET", "/gateway/metrics", port=METRICS_PORT)

    assert answer.status == 200
    assert b'haproxy_frontend_http_responses_total{proxy="api",code="2xx"} 1' in answer.body
    assert gateway.key.encode() not in answer.body
    assert gateway.ask("GET", "/metrics", port=METRICS_PORT).status == 503
