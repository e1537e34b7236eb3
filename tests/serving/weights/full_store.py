"""A double of an object store without room, as MinIO answers then.

HTTP 507 with the code `XMinioStorageFull` (`ErrStorageFull` in MinIO's cmd/api-errors.go).
"""

from __future__ import annotations

import contextlib
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_HEAD(self) -> None:
        self._answer(404, "NoSuchKey")

    def do_GET(self) -> None:
        self._answer(404, "NoSuchKey")

    def do_PUT(self) -> None:
        self._answer(507, "XMinioStorageFull")

    def log_message(self, *_: object) -> None:
        """Say nothing."""

    def _answer(self, status: int, code: str) -> None:
        self.rfile.read(int(self.headers.get("content-length", 0)))
        content = f"<Error><Code>{code}</Code><Message>{code}</Message></Error>".encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)


@contextlib.contextmanager
def full_store() -> Iterator[str]:
    """Serve it, and yield its endpoint."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
