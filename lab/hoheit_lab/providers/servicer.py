"""The gRPC face of a stand-in provider.

The SDK's own server for Python providers cannot say "created, but not ready yet": after such a
failure it leaves an object behind that the state knows nothing of. So this speaks the protocol.
"""

from collections.abc import Callable
from typing import Any, TypeVar, cast

import grpc
from google.protobuf import empty_pb2
from pulumi.runtime.proto import plugin_pb2, provider_pb2, provider_pb2_grpc

from . import wire
from .host import EngineHost
from .provider import Provider
from .statuses import status_of
from .values import from_struct

Response = TypeVar("Response")
Context = grpc.ServicerContext


class ProviderServicer(provider_pb2_grpc.ResourceProviderServicer):
    """Translates between the wire and a :class:`Provider`; holds no state of its own."""

    # The method names are the protocol's, and it documents them.
    # ruff: noqa: N802, D102

    def __init__(self, provider: Provider) -> None:
        self._provider = provider

    def Handshake(
        self, request: provider_pb2.ProviderHandshakeRequest, context: Context
    ) -> provider_pb2.ProviderHandshakeResponse:
        del context
        self._provider.attach(EngineHost(request.engine_address))
        return provider_pb2.ProviderHandshakeResponse(
            accept_secrets=True, supports_autonaming_configuration=True
        )

    def Attach(self, request: plugin_pb2.PluginAttach, context: Context) -> empty_pb2.Empty:
        del context
        self._provider.attach(EngineHost(request.address))
        return empty_pb2.Empty()

    def GetPluginInfo(self, request: empty_pb2.Empty, context: Context) -> plugin_pb2.PluginInfo:
        del request, context
        return plugin_pb2.PluginInfo(version=self._provider.version)

    def GetSchema(
        self, request: provider_pb2.GetSchemaRequest, context: Context
    ) -> provider_pb2.GetSchemaResponse:
        del request
        return _answer(context, self._provider.schema)

    def CheckConfig(
        self, request: provider_pb2.CheckRequest, context: Context
    ) -> provider_pb2.CheckResponse:
        return _answer(
            context,
            lambda: wire.check_response(self._provider.check_config(from_struct(request.news))),
        )

    def DiffConfig(
        self, request: provider_pb2.DiffRequest, context: Context
    ) -> provider_pb2.DiffResponse:
        def diff() -> provider_pb2.DiffResponse:
            olds, news = from_struct(request.old_inputs), from_struct(request.news)
            return wire.diff_response(self._provider.diff_config(olds, news))

        return _answer(context, diff)

    def Configure(
        self, request: provider_pb2.ConfigureRequest, context: Context
    ) -> provider_pb2.ConfigureResponse:
        def configure() -> provider_pb2.ConfigureResponse:
            self._provider.configure(from_struct(request.args))
            return provider_pb2.ConfigureResponse(
                acceptSecrets=True, supportsPreview=True, supports_autonaming_configuration=True
            )

        return _answer(context, configure)

    def Check(
        self, request: provider_pb2.CheckRequest, context: Context
    ) -> provider_pb2.CheckResponse:
        return _answer(
            context,
            lambda: wire.check_response(self._provider.check(wire.check_request(request))),
        )

    def Diff(
        self, request: provider_pb2.DiffRequest, context: Context
    ) -> provider_pb2.DiffResponse:
        return _answer(
            context, lambda: wire.diff_response(self._provider.diff(wire.diff_request(request)))
        )

    def Create(
        self, request: provider_pb2.CreateRequest, context: Context
    ) -> provider_pb2.CreateResponse:
        return _answer(
            context,
            lambda: wire.create_response(self._provider.create(wire.create_request(request))),
        )

    def Read(
        self, request: provider_pb2.ReadRequest, context: Context
    ) -> provider_pb2.ReadResponse:
        return _answer(
            context, lambda: wire.read_response(self._provider.read(wire.read_request(request)))
        )

    def Update(
        self, request: provider_pb2.UpdateRequest, context: Context
    ) -> provider_pb2.UpdateResponse:
        return _answer(
            context,
            lambda: wire.update_response(self._provider.update(wire.update_request(request))),
        )

    def Delete(self, request: provider_pb2.DeleteRequest, context: Context) -> empty_pb2.Empty:
        def delete() -> empty_pb2.Empty:
            self._provider.delete(wire.delete_request(request))
            return empty_pb2.Empty()

        return _answer(context, delete)

    def Invoke(
        self, request: provider_pb2.InvokeRequest, context: Context
    ) -> provider_pb2.InvokeResponse:
        def invoke() -> provider_pb2.InvokeResponse:
            result = self._provider.invoke(request.tok, from_struct(request.args))
            return wire.invoke_response(result)

        return _answer(context, invoke)

    def Construct(
        self, request: provider_pb2.ConstructRequest, context: Context
    ) -> provider_pb2.ConstructResponse:
        return _answer(context, lambda: self._provider.construct(request.type))

    def Cancel(self, request: empty_pb2.Empty, context: Context) -> empty_pb2.Empty:
        del request, context
        self._provider.cancel()
        return empty_pb2.Empty()


def _answer(context: Context, call: Callable[[], Response]) -> Response:
    try:
        return call()
    except Exception as error:  # whatever happens, the user gets a sentence and no traceback
        context.abort_with_status(cast(Any, status_of(error)))
        raise  # abort has raised; this line is for the type checker
