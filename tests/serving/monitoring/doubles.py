"""Exporters and a receiver of alerts, as small HTTP servers on loopback."""

from __future__ import annotations

import json
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

TEXT = "text/plain; version=0.0.4; charset=utf-8"
VLLM = """\
# TYPE vllm:num_requests_running gauge
vllm:num_requests_running{engine="0",model_name="mistral"} 3
# TYPE vllm:num_requests_waiting gauge
vllm:num_requests_waiting{engine="0",model_name="mistral"} 12
"""
HAPROXY = """\
# TYPE haproxy_process_uptime_seconds gauge
haproxy_process_uptime_seconds 7
"""
DCGM = """\
# TYPE DCGM_FI_DEV_XID_ERRORS gauge
DCGM_FI_DEV_XID_ERRORS{gpu="0",UUID="GPU-1",modelName="NVIDIA L4",Hostname="gpu-1"} 79
"""


class _Quiet(BaseHTTPRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class's name
        del format, args

    def answer(self, status: int, body: str = "") -> None:
        self.send_response(status)
        self.send_header("Content-Type", TEXT)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body.encode())


@dataclass
class Double:
    """Pages by path; a page in ``guarded`` asks for its bearer token."""

    pages: dict[str, str] = field(default_factory=dict)
    guarded: dict[str, str] = field(default_factory=dict)
    received: list[Any] = field(default_factory=list)
    """Bodies of all POSTs, read as JSON."""

    def __enter__(self) -> Double:
        outer = self

        class Handler(_Quiet):
            def do_GET(self) -> None:
                token = outer.guarded.get(self.path)
                if token and self.headers.get("Authorization") != f"Bearer {token}":
                    self.answer(401)
                elif self.path in outer.pages:
                    self.answer(200, outer.pages[self.path])
                else:
                    self.answer(404)

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                outer.received.append(json.loads(body))
                self.answer(200)

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    @property
    def port(self) -> int:
        return self._server.server_address[1]
