"""A TCP proxy that lets so many bytes of answers through and then holds the line."""

from __future__ import annotations

import contextlib
import socket
import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


class HoldingProxy:
    """`held` is set as soon as it holds; closing it breaks all connections."""

    def __init__(self, target_port: int, hold_after: int) -> None:
        self.held = threading.Event()
        self._target = ("127.0.0.1", target_port)
        self._left = hold_after
        self._lock = threading.Lock()
        self._closed = threading.Event()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.endpoint = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        self._closed.set()
        self._listener.close()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                server = socket.create_connection(self._target)
                for source, sink, counted in ((client, server, False), (server, client, True)):
                    arguments = (source, sink, counted)
                    threading.Thread(target=self._pump, args=arguments, daemon=True).start()

    def _pump(self, source: socket.socket, sink: socket.socket, counted: bool) -> None:
        with contextlib.suppress(OSError):
            while chunk := source.recv(65536):
                if counted and not self._may_pass(len(chunk)):
                    self.held.set()
                    self._closed.wait(60)
                    break
                sink.sendall(chunk)
        for end in (source, sink):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()

    def _may_pass(self, count: int) -> bool:
        with self._lock:
            self._left -= count
            return self._left > 0


@contextlib.contextmanager
def holding_proxy(target_port: int, hold_after: int) -> Iterator[HoldingProxy]:
    proxy = HoldingProxy(target_port, hold_after)
    try:
        yield proxy
    finally:
        proxy.close()
