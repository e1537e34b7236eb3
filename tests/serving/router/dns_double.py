"""A name server on loopback that answers one question: where the server pods are."""

from __future__ import annotations

import socket
import struct
import threading

_A_RECORD = 1
_HEADER = 12


class DnsDouble:
    """Answers every question for an address with ``addresses``, whatever name was asked for."""

    def __init__(self, bound: socket.socket | None = None) -> None:
        self.addresses: list[str] = []
        self.asked: set[str] = set()
        self._socket = bound or _on_a_free_port()
        self.port: int = self._socket.getsockname()[1]

    def start(self) -> None:
        threading.Thread(target=self._serve, daemon=True).start()

    def stop(self) -> None:
        self._socket.close()

    def _serve(self) -> None:
        while True:
            try:
                query, client = self._socket.recvfrom(4096)
                self._socket.sendto(self._answer(query), client)
            except OSError:
                return

    def _answer(self, query: bytes) -> bytes:
        labels, end = [], _HEADER
        while length := query[end]:
            labels.append(query[end + 1 : end + 1 + length].decode())
            end += 1 + length
        self.asked.add(".".join(labels))
        question = query[_HEADER : end + 5]
        (kind,) = struct.unpack(">H", query[end + 1 : end + 3])
        found = self.addresses if kind == _A_RECORD else []
        records = b"".join(
            struct.pack(">HHHIH", 0xC00C, _A_RECORD, 1, 1, 4) + socket.inet_aton(one)
            for one in found
        )
        # No name at all where there is no pod, as CoreDNS answers for a headless Service.
        flags = 0x8580 if self.addresses else 0x8583
        return query[:2] + struct.pack(">HHHHH", flags, 1, len(found), 0, 0) + question + records


def _on_a_free_port() -> socket.socket:
    server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    server.bind(("127.0.0.1", 0))
    return server
