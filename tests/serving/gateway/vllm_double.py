"""A thin double of vLLM's HTTP side, on loopback, which remembers what reached it.

Routes, status codes and the key check are those of vLLM 0.32: ``/v1*`` wants the key
(``entrypoints/serve/middleware/authenticate.py``), everything else answers anybody, JSON is
rendered without spaces, and ``/v1/models`` lists ``{"object": "list", "data": [{"id": ...}]}``.
"""

from __future__ import annotations

import contextlib
import json
import sys
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

MODEL = "mistral-7b-v0.1"
TOKENS = ("Guten", "Tag", "aus", "Frankfurt")


@dataclass
class Seen:
    """One request as it reached the model server."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes


@dataclass
class VllmDouble:
    """Its switches are set by tests, its notes are read by them."""

    key: str
    port: int
    models: list[str] = field(default_factory=lambda: [MODEL])
    listing_status: int = 200
    healthy: bool = True
    seen: list[Seen] = field(default_factory=list)
    breaks_off: bool = False
    """When set, completions end in a closed connection."""
    next_token: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))
    """A stream sends one token for each release."""
    silent: threading.Event = field(default_factory=threading.Event)
    """When set, completions are accepted and never answered."""
    client_gone: threading.Event = field(default_factory=threading.Event)
    _server: ThreadingHTTPServer | None = None

    def start(self) -> None:
        double = self

        class Handler(_Handler):
            vllm = double

        self._server = _Server(("127.0.0.1", self.port), Handler)
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    def stop(self) -> None:
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()
            self._server = None

    def targets(self) -> list[str]:
        """The targets of what clients sent; the gateway's own checks are left out."""
        checks = (("GET", "/v1/models"), ("GET", "/health"))
        return [seen.target for seen in self.seen if (seen.method, seen.target) not in checks]

    def sent_by_client(self) -> Seen:
        (seen,) = [s for s in self.seen if "x-request-id" in s.headers]
        return seen


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def handle_error(self, request: Any, client_address: Any) -> None:
        if not isinstance(sys.exception(), ConnectionError):  # a client may be gone
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    vllm: VllmDouble
    protocol_version = "HTTP/1.1"
    server_version = "uvicorn"
    sys_version = ""

    def do_GET(self) -> None:
        self._note()
        if self._refused():
            return
        if self.path == "/v1/models":
            models = [{"id": name, "object": "model"} for name in self.vllm.models]
            self._json(self.vllm.listing_status, {"object": "list", "data": models})
        elif self.path == "/health":
            self._answer(200 if self.vllm.healthy else 503, b"", "text/plain")
        elif self.path == "/metrics":
            self._answer(200, b"vllm:num_requests_running 0.0\n", "text/plain")
        else:
            self._json(404, {"detail": "Not Found"})

    def do_POST(self) -> None:
        body = self._note()
        if self._refused():
            return
        if self.vllm.breaks_off:
            self.close_connection = True
        elif self.vllm.silent.is_set():
            self._wait_for_hang_up()
        elif self.path == "/v1/chat/completions" and json.loads(body or b"{}").get("stream"):
            self._stream()
        elif self.path in ("/v1/chat/completions", "/v1/completions"):
            self._json(200, {"object": "chat.completion", "read": len(body), "by": self.vllm.port})
        elif self.path.endswith("/render"):
            self._json(200, self._tokens(json.loads(body)))
        else:  # vLLM has /pause, /v1/load_lora_adapter and more: all answer whoever reaches them
            self._json(200, {"status": "done"})

    def log_message(self, *_: object) -> None:
        """Say nothing."""

    def _note(self) -> bytes:
        body = self.rfile.read(int(self.headers.get("content-length", "0")))
        headers = {name.lower(): value for name, value in self.headers.items()}
        self.vllm.seen.append(Seen(self.command, self.path, headers, body))
        return body

    def _refused(self) -> bool:
        authorized = self.headers.get("authorization") == f"Bearer {self.vllm.key}"
        if self.path.startswith("/v1") and not authorized:
            self._json(401, {"error": "Unauthorized"})
            return True
        return False

    def _stream(self) -> None:
        self.send_response(200)
        self.send_header("content-type", "text/event-stream; charset=utf-8")
        self.send_header("transfer-encoding", "chunked")
        self.end_headers()
        for token in (*TOKENS, "[DONE]"):
            self.vllm.next_token.acquire(timeout=20)
            event = f"data: {token}\n\n".encode()
            self.wfile.write(f"{len(event):x}\r\n".encode() + event + b"\r\n")
            self.wfile.flush()
        self.wfile.write(b"0\r\n\r\n")

    def _tokens(self, asked: dict[str, Any]) -> Any:
        """One token for each character; a prompt's rendering is a list, that of a chat is not."""
        text = asked.get("prompt") or json.dumps(asked["messages"])
        rendered = {"request_id": "of-the-double", "token_ids": [ord(one) for one in text]}
        return [rendered] if "prompt" in asked else rendered

    def _wait_for_hang_up(self) -> None:
        self.close_connection = True
        self.connection.settimeout(20)
        with contextlib.suppress(ConnectionResetError):
            if self.connection.recv(1):
                return
        self.vllm.client_gone.set()

    def _json(self, status: int, content: dict[str, Any]) -> None:
        rendered = json.dumps(content, separators=(",", ":")).encode()
        self._answer(status, rendered, "application/json")

    def _answer(self, status: int, content: bytes, kind: str) -> None:
        self.send_response(status)
        self.send_header("content-type", kind)
        self.send_header("content-length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)
