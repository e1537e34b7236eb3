"""An API as OpenAI's that answers as a test wants, in pieces or not at all."""

import json
import socket
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Answer = Callable[["Handler"], None]
DONE = "[DONE]"


@dataclass
class ChatApi:
    """What it was asked, and how it answers."""

    port: int
    answer: Answer
    models: list[str] = field(default_factory=lambda: ["small"])
    asked: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    headers: list[dict[str, str]] = field(default_factory=list[dict[str, str]])
    paths: list[str] = field(default_factory=list[str])

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/v1"


class Handler(BaseHTTPRequestHandler):
    """One request."""

    protocol_version = "HTTP/1.1"
    api: ChatApi

    def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002 - inherited
        """Keep the test's output clean."""

    def do_GET(self) -> None:
        self._remember()
        self.reply(200, {"data": [{"id": name} for name in self.api.models]})

    def do_POST(self) -> None:
        self._remember()
        length = int(self.headers["Content-Length"])
        self.api.asked.append(json.loads(self.rfile.read(length)))
        self.api.answer(self)

    def reply(self, status: int, document: Any, **headers: str) -> None:
        """Answer at once."""
        content = json.dumps(document).encode()
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def begin(self) -> None:
        """Begin an answer in pieces."""
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()

    def event(self, data: str) -> None:
        """Send one event."""
        content = f"data: {data}\n\n".encode()
        self.wfile.write(f"{len(content):x}\r\n".encode() + content + b"\r\n")

    def piece(self, text: str, finish: str | None = None) -> None:
        """Send some more of the answer."""
        delta = {"delta": {"content": text}, "finish_reason": finish}
        self.event(json.dumps({"choices": [delta]}))

    def end(self) -> None:
        """End the answer as it should."""
        self.event(DONE)
        self.wfile.write(b"0\r\n\r\n")

    def break_off(self, *, reset: bool) -> None:
        """Close the connection in the middle, with or without a reset."""
        self.wfile.flush()
        if reset:
            linger = struct.pack("ii", 1, 0)
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        else:
            self.connection.shutdown(socket.SHUT_RDWR)
        self.close_connection = True

    def _remember(self) -> None:
        self.api.paths.append(self.path)
        self.api.headers.append(dict(self.headers))


def saying(*pieces: str, finish: str = "stop") -> Answer:
    """Answer with these pieces."""

    def answer(handler: Handler) -> None:
        handler.begin()
        for piece in pieces:
            handler.piece(piece)
        handler.piece("", finish)
        handler.end()

    return answer


class _Server(ThreadingHTTPServer):
    """One whose clients may hang up."""

    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing of it."""


@contextmanager
def chat_api(answer: Answer) -> Iterator[ChatApi]:
    """Run it until the end of the block."""
    handler = type("Bound", (Handler,), {})
    server = _Server(("127.0.0.1", 0), handler)
    api = ChatApi(server.server_address[1], answer)
    handler.api = api  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield api
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
