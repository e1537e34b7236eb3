"""What asks each model once before a pod is ready: the probe, and the text that it runs."""

import ast
import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from hoheit._warm_up import warm_up_probe

KEY = "key-of-the-test"
ADAPTER = "support-adapter"


class Door(ThreadingHTTPServer):
    """Gateway and engine behind one port; its switches are set by tests."""

    ready = 200
    status = 200
    silent = False

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Asked)
        self.asked: list[dict[str, Any]] = []
        self.routes: list[str] = []
        threading.Thread(target=self.serve_forever, args=(0.05,), daemon=True).start()


class Asked(BaseHTTPRequestHandler):
    server: Door

    def do_GET(self) -> None:
        self._answer(self.server.ready if self.path == "/ready" else 404, "{}")

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.asked.append(body)
        self.server.routes.append(self.path)
        if self.server.silent:
            self.connection.close()
            return
        if self.headers["Authorization"] != f"Bearer {KEY}":
            self._answer(401, '{"error": "Unauthorized"}')
        else:
            self._answer(self.server.status, '{"detail": "adapter cannot be loaded"}')

    def _answer(self, status: int, text: str) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text.encode())

    def log_message(self, *_: Any) -> None: ...


@pytest.fixture
def door() -> Iterator[Door]:
    found = Door()
    yield found
    found.shutdown()
    found.server_close()


def probe(*models: str, routes: tuple[str, ...] = ("/v1/chat/completions",)) -> Any:
    return warm_up_probe(models or ("mistral",), routes, 3600)


def run(door: Door, *models: str, key: str = KEY, **changes: Any) -> subprocess.CompletedProcess:
    """Run the rendered command as the kubelet would, both ports moved to the double's."""
    command = [*probe(*models, **changes)["exec_"]["command"]]
    at = command.index("-c") + 2
    command[at : at + 2] = [str(door.server_port)] * 2
    assert command[0] == "python3"
    return subprocess.run(
        [sys.executable, *command[1:]],
        env={"PATH": os.environ["PATH"], "VLLM_API_KEY": key},
        capture_output=True,
        text=True,
        check=False,
        timeout=30,
    )


def test_each_model_name_is_asked_once_with_the_key(door: Door) -> None:
    done = run(door, "mistral", ADAPTER)
    assert (done.returncode, done.stderr) == (0, "")
    assert [body["model"] for body in door.asked] == ["mistral", ADAPTER]


def test_two_tokens_are_asked_for_so_that_a_decoding_step_runs(door: Door) -> None:
    run(door)
    assert door.routes == ["/v1/completions"]
    assert door.asked[0]["max_tokens"] == 2


def test_a_model_that_only_embeds_is_asked_to_embed(door: Door) -> None:
    run(door, routes=("/v1/embeddings",))
    assert door.routes == ["/v1/embeddings"]
    assert door.asked[0]["input"]


def test_nobody_is_asked_before_the_gateway_calls_the_pod_ready(door: Door) -> None:
    door.ready = 503
    done = run(door)
    assert done.returncode != 0
    assert "the model is not served yet (/ready: 503)" in done.stderr
    assert door.asked == []


def test_an_adapter_that_fails_is_named_with_the_engines_own_words(door: Door) -> None:
    door.status = 500
    done = run(door, ADAPTER)
    assert done.returncode != 0
    assert f"warm-up of '{ADAPTER}': 500" in done.stderr
    assert "adapter cannot be loaded" in done.stderr


def test_a_connection_that_breaks_is_told(door: Door) -> None:
    door.silent = True
    done = run(door)
    assert done.returncode != 0
    assert "warm-up of 'mistral': no answer" in done.stderr


def test_a_gateway_that_is_not_there_is_told(door: Door) -> None:
    door.shutdown()
    door.server_close()
    done = run(door)
    assert done.returncode != 0
    assert "the gateway does not answer" in done.stderr


def test_the_key_is_in_no_command_and_in_no_complaint(door: Door) -> None:
    door.status = 500
    assert KEY not in str(probe())
    assert KEY not in run(door).stderr


def test_what_neither_generates_nor_embeds_is_not_warmed() -> None:
    assert probe(routes=("/tokenize", "/detokenize")) is None


def test_the_probe_ends_with_the_startup_budget() -> None:
    found = probe()
    assert found["period_seconds"] * found["failure_threshold"] == 3600


def test_the_text_needs_nothing_but_the_standard_library_of_the_container() -> None:
    text = ast.parse(probe()["exec_"]["command"][3])
    imported = {
        alias.name.split(".")[0]
        for node in ast.walk(text)
        if isinstance(node, ast.Import)
        for alias in node.names
    }
    assert "http" in imported
    assert imported <= sys.stdlib_module_names
    assert not any(isinstance(node, ast.ImportFrom) for node in ast.walk(text))
