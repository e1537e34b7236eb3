"""How the gateway starts and how it stops."""

from __future__ import annotations

import json
import subprocess
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hoheit._gateway import UPSTREAM_KEY_VARIABLE, gateway_config
from serving.gateway.process import mount_keys, wait_until, write_files
from serving.gateway.vllm_double import TOKENS

if TYPE_CHECKING:
    from serving.gateway.conftest import Start
    from serving.gateway.process import Gateway
    from serving.gateway.vllm_double import VllmDouble

CHAT = "/v1/chat/completions"


@pytest.fixture
def config(tmp_path: Path) -> Path:
    rendered = gateway_config(
        model_names=["TheBloke/Mistral-7B-v0.1-AWQ+x@y:1", "adapter-a"],
        allowed_paths=["/v1/chat/completions", "/v1/completions", "/v1/embeddings", "/tokenize"],
        idle_timeout_seconds=600,
        drain_seconds=900,
        max_body_bytes=50_000_000,
    )
    mount_keys(tmp_path / "keys", [("tests", "k")])
    return write_files(tmp_path, rendered)


def check(haproxy: str, config: Path, environment: dict[str, str]) -> tuple[int, str]:
    command = [haproxy, "-c", "-f", str(config)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr


def test_the_rendered_file_is_valid_without_a_warning(haproxy: str, config: Path) -> None:
    status, output = check(haproxy, config, {UPSTREAM_KEY_VARIABLE: "k"})

    assert status == 0, output
    assert "warning" not in output.lower()


def test_the_gateway_does_not_start_without_vllms_key(haproxy: str, config: Path) -> None:
    status, output = check(haproxy, config, {})

    assert status != 0
    assert f"{UPSTREAM_KEY_VARIABLE} is not set" in output


def test_a_stop_finishes_the_streams_in_flight_and_takes_no_new_ones(
    gateway: Gateway, vllm: VllmDouble
) -> None:
    connection = gateway.connect()
    headers = {"Authorization": f"Bearer {gateway.key}"}
    connection.request("POST", CHAT, json.dumps({"stream": True}), headers)
    response = connection.getresponse()
    vllm.next_token.release()
    assert response.readline() == f"data: {TOKENS[0]}\n".encode()

    gateway.stop_softly()

    wait_until(lambda: refuses(gateway), "the gateway still takes new connections")
    vllm.next_token.release(len(TOKENS))
    assert response.read().endswith(b"data: [DONE]\n\n")
    connection.close()
    assert gateway.process.wait(timeout=5) == 0


def test_a_stop_closes_idle_connections_and_does_not_wait_for_them(gateway: Gateway) -> None:
    connection = gateway.connect()
    connection.request("GET", "/v1/models", headers={"Authorization": f"Bearer {gateway.key}"})
    assert connection.getresponse().read()
    assert connection.sock is not None  # kept alive

    gateway.stop_softly()

    assert gateway.process.wait(timeout=5) == 0


def test_a_stop_outlives_a_vllm_that_is_gone(gateway: Gateway, vllm: VllmDouble) -> None:
    vllm.stop()
    gateway.stop_softly()

    assert gateway.process.wait(timeout=5) == 0


def test_a_stop_does_not_wait_longer_than_the_drain(start: Start, vllm: VllmDouble) -> None:
    gateway = start(drain_seconds=1)
    connection = gateway.connect()
    headers = {"Authorization": f"Bearer {gateway.key}"}
    connection.request("POST", CHAT, json.dumps({"stream": True}), headers)
    connection.getresponse()

    gateway.stop_softly()
    for _ in TOKENS:  # never silent for long enough to be timed out, and not at the end
        vllm.next_token.release()
        time.sleep(0.6)

    assert gateway.process.poll() is not None


def test_a_stop_lets_an_answer_take_longer_than_the_longest_silence(
    start: Start, vllm: VllmDouble
) -> None:
    gateway = start(idle_seconds=1, drain_seconds=20)
    connection = gateway.connect()
    headers = {"Authorization": f"Bearer {gateway.key}"}
    connection.request("POST", CHAT, json.dumps({"stream": True}), headers)
    response = connection.getresponse()

    gateway.stop_softly()
    for _ in range(len(TOKENS) + 1):
        time.sleep(0.5)
        vllm.next_token.release()

    assert response.read().endswith(b"data: [DONE]\n\n")


def test_the_gateway_is_small(gateway: Gateway) -> None:
    for _ in range(50):
        gateway.ask("POST", CHAT, body=b"{}")

    status = Path(f"/proc/{gateway.process.pid}/status")
    if not status.exists():
        pytest.skip("memory is read from /proc, which only Linux has")
    (line,) = [line for line in status.read_text().splitlines() if line.startswith("VmRSS")]
    assert int(line.split()[1]) < 64 * 1024  # KiB


def refuses(gateway: Gateway) -> bool:
    try:
        gateway.ask("GET", "/v1/models")
    except ConnectionRefusedError:
        return True
    return False
