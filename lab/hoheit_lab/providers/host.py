"""The engine, as a provider sees it: a place to report progress to."""

from enum import IntEnum
from typing import Protocol

import grpc
from pulumi.runtime.proto import engine_pb2, engine_pb2_grpc


class Severity(IntEnum):
    """How loud a message is; the numbers are those of the protocol."""

    DEBUG = 0
    INFO = 1
    WARNING = 2
    ERROR = 3


class Host(Protocol):
    """Where a provider reports what it is doing."""

    def status(self, urn: str, message: str) -> None:
        """Show a message beside the resource until the next one replaces it."""
        ...

    def log(self, severity: Severity, urn: str, message: str) -> None:
        """Keep a message in the output of the command."""
        ...


class EngineHost:
    """The engine that started this process."""

    def __init__(self, address: str) -> None:
        self._engine = engine_pb2_grpc.EngineStub(grpc.insecure_channel(address))

    def status(self, urn: str, message: str) -> None:
        """Show a message beside the resource until the next one replaces it."""
        self._send(Severity.INFO, urn, message, ephemeral=True)

    def log(self, severity: Severity, urn: str, message: str) -> None:
        """Keep a message in the output of the command."""
        self._send(severity, urn, message, ephemeral=False)

    def _send(self, severity: Severity, urn: str, message: str, *, ephemeral: bool) -> None:
        request = engine_pb2.LogRequest(
            severity=engine_pb2.LogSeverity.Value(severity.name),
            message=message,
            urn=urn,
            ephemeral=ephemeral,
        )
        try:
            self._engine.Log(request, timeout=5)
        except grpc.RpcError:
            # Progress is a courtesy; an engine that is shutting down must not fail the operation.
            return


class SilentHost:
    """Nobody listens, as when a test calls the provider itself."""

    def status(self, urn: str, message: str) -> None:
        """Drop the message."""

    def log(self, severity: Severity, urn: str, message: str) -> None:
        """Drop the message."""
