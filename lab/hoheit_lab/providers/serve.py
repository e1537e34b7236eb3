"""Run a provider as a plugin: one process, one port, many calls at once."""

import signal
import sys
import threading
from concurrent import futures
from importlib import metadata
from types import FrameType

import grpc
from pulumi.runtime.proto import provider_pb2_grpc

from .host import EngineHost
from .provider import Provider
from .servicer import ProviderServicer

# A wait holds its thread, and the engine may wait for many objects at the same time.
_THREADS = 256
_UNLIMITED = [
    ("grpc.max_receive_message_length", -1),
    ("grpc.max_send_message_length", -1),
]


def serve(provider: Provider) -> None:
    """Serve until the engine ends this process; the port goes to stdout, as it expects."""
    server, port = start(provider)
    if len(sys.argv) > 1:
        provider.attach(EngineHost(sys.argv[1]))
    stopped = threading.Event()

    def stop(number: int, frame: FrameType | None) -> None:
        del number, frame
        stopped.set()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    print(port, flush=True)  # noqa: T201 - this line is the protocol
    stopped.wait()
    provider.cancel()
    server.stop(grace=1).wait()


def start(provider: Provider) -> tuple[grpc.Server, int]:
    """Start serving on a free loopback port."""
    server = grpc.server(
        futures.ThreadPoolExecutor(max_workers=_THREADS, thread_name_prefix="provider"),
        options=_UNLIMITED,
    )
    provider_pb2_grpc.add_ResourceProviderServicer_to_server(ProviderServicer(provider), server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    return server, port


def sdk_version(distribution: str, fallback: str) -> str:
    """The version of the SDK that programs here use, else the one this was written against."""
    try:
        return metadata.version(distribution)
    except metadata.PackageNotFoundError:
        return fallback
