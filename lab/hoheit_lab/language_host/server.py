"""The host as a process: one gRPC server on loopback, which lives as long as its engine."""

import os
import signal
import stat
import sys
import threading
from concurrent.futures import ThreadPoolExecutor

import grpc
from pulumi.runtime.proto.language_pb2_grpc import add_LanguageRuntimeServicer_to_server

from hoheit_lab.language_host.processes import Processes
from hoheit_lab.language_host.runtime import LanguageRuntime

MAX_CALLS = 64
"""A program and each of its plugins hold one call, and with it one thread, while they run."""

MAX_MESSAGE_BYTES = 400 * 1024 * 1024
"""The engine's own limit."""


def serve(engine: str) -> None:
    """Serves until a signal comes or the engine is gone.

    Args:
        engine: Address of the engine; empty where it comes with the handshake.
    """
    processes = Processes()
    server = grpc.server(
        ThreadPoolExecutor(MAX_CALLS),
        options=[
            ("grpc.max_receive_message_length", MAX_MESSAGE_BYTES),
            ("grpc.max_send_message_length", MAX_MESSAGE_BYTES),
        ],
    )
    add_LanguageRuntimeServicer_to_server(LanguageRuntime(engine, processes), server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()

    done = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda _number, _frame: done.set())
    threading.Thread(target=_wait_for_engine, args=(done,), daemon=True).start()
    print(port, flush=True)  # noqa: T201 - the engine reads the port from here
    done.wait()
    server.stop(0)
    processes.stop_all()
    # Threads that serve a call end with it, but nobody is left to wait for them.
    os._exit(0)


def _wait_for_engine(done: threading.Event) -> None:
    """Notices an engine that was killed before it could stop its plugins.

    The engine holds the other end of a plugin's standard input and never writes to it.
    """
    if stat.S_ISFIFO(os.fstat(sys.stdin.fileno()).st_mode):
        sys.stdin.buffer.read()
        done.set()
