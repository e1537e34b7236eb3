"""A stand-in provider in this process, called over gRPC as the engine calls it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

import grpc
from google.protobuf import empty_pb2
from hoheit_lab.providers.provider import Provider
from hoheit_lab.providers.serve import start
from hoheit_lab.providers.values import from_struct, to_struct
from pulumi.runtime.proto import provider_pb2, provider_pb2_grpc, status_pb2

Inputs = dict[str, Any]


class Refused(Exception):  # noqa: N818 - reads as what happened
    """The provider refused; the text is what the user reads."""


@dataclass(frozen=True)
class Resource:
    """A resource as the state holds it."""

    token: str
    name: str
    id: str
    inputs: Inputs
    outputs: Inputs
    init_errors: tuple[str, ...] = ()

    @property
    def urn(self) -> str:
        return f"urn:pulumi:test::test::{self.token}::{self.name}"


@dataclass(frozen=True)
class Difference:
    changes: dict[str, str]
    replaces: list[str]
    delete_before_replace: bool


class StandIn:
    """What the engine does with a provider, one resource at a time."""

    def __init__(self, stub: provider_pb2_grpc.ResourceProviderStub) -> None:
        self.stub = stub

    def configure(self, settings: Inputs) -> None:
        checked = self.stub.CheckConfig(provider_pb2.CheckRequest(news=to_struct(settings)))
        if checked.failures:
            raise Refused("; ".join(f"{f.property}: {f.reason}" for f in checked.failures))
        self.call("Configure", provider_pb2.ConfigureRequest(args=to_struct(settings)))

    def call(self, method: str, request: Any) -> Any:
        try:
            return getattr(self.stub, method)(request)
        except grpc.RpcError as error:
            raise _refusal(error) from error

    def check(self, token: str, name: str, inputs: Inputs, old: Inputs | None = None) -> Inputs:
        request = provider_pb2.CheckRequest(
            urn=f"urn:pulumi:test::test::{token}::{name}",
            name=name,
            type=token,
            olds=to_struct(old or {}),
            news=to_struct(inputs),
            randomSeed=b"seed",
        )
        answer = self.call("Check", request)
        if answer.failures:
            raise Refused("; ".join(f"{f.property}: {f.reason}" for f in answer.failures))
        return from_struct(answer.inputs)

    def create(self, token: str, name: str, inputs: Inputs, timeout: float = 20) -> Resource:
        """Check and create; a resource that is not ready comes back with its init errors."""
        checked = self.check(token, name, inputs)
        request = provider_pb2.CreateRequest(
            urn=f"urn:pulumi:test::test::{token}::{name}",
            name=name,
            type=token,
            properties=to_struct(checked),
            timeout=timeout,
        )
        try:
            answer = self.call("Create", request)
        except PartialFailure as partial:
            return Resource(
                token, name, partial.id, checked, partial.outputs, tuple(partial.reasons)
            )
        return Resource(token, name, answer.id, checked, from_struct(answer.properties))

    def preview(self, token: str, name: str, inputs: Inputs) -> Inputs:
        """Check and create as a preview does."""
        request = provider_pb2.CreateRequest(
            urn=f"urn:pulumi:test::test::{token}::{name}",
            name=name,
            type=token,
            properties=to_struct(self.check(token, name, inputs)),
            preview=True,
        )
        return from_struct(self.call("Create", request).properties)

    def diff(self, old: Resource, inputs: Inputs, ignore: tuple[str, ...] = ()) -> Difference:
        request = provider_pb2.DiffRequest(
            id=old.id,
            urn=old.urn,
            name=old.name,
            type=old.token,
            old_inputs=to_struct(old.inputs),
            olds=to_struct(old.outputs),
            news=to_struct(self.check(old.token, old.name, inputs, old.inputs)),
            ignoreChanges=ignore,
        )
        answer = self.call("Diff", request)
        kinds = provider_pb2.PropertyDiff.Kind
        changes = {path: kinds.Name(change.kind) for path, change in answer.detailedDiff.items()}
        return Difference(changes, list(answer.replaces), answer.deleteBeforeReplace)

    def update(
        self, old: Resource, inputs: Inputs, ignore: tuple[str, ...] = (), timeout: float = 20
    ) -> Resource:
        checked = self.check(old.token, old.name, inputs, old.inputs)
        try:
            outputs = from_struct(
                self.call("Update", _update(old, checked, ignore, timeout)).properties
            )
        except PartialFailure as partial:
            return replace(
                old,
                inputs=checked,
                outputs=partial.outputs,
                init_errors=tuple(partial.reasons),
            )
        return replace(old, inputs=checked, outputs=outputs, init_errors=())

    def preview_update(self, old: Resource, inputs: Inputs) -> Inputs:
        checked = self.check(old.token, old.name, inputs, old.inputs)
        request = _update(old, checked, (), 0)
        request.preview = True
        return from_struct(self.call("Update", request).properties)

    def refresh(self, old: Resource) -> Resource | None:
        request = provider_pb2.ReadRequest(
            id=old.id,
            urn=old.urn,
            name=old.name,
            type=old.token,
            inputs=to_struct(old.inputs),
            properties=to_struct(old.outputs),
        )
        try:
            answer = self.call("Read", request)
        except PartialFailure as partial:
            return replace(
                old,
                inputs=partial.inputs,
                outputs=partial.outputs,
                init_errors=tuple(partial.reasons),
            )
        if not answer.id:
            return None
        return replace(
            old,
            inputs=from_struct(answer.inputs),
            outputs=from_struct(answer.properties),
            init_errors=(),
        )

    def adopt(self, token: str, name: str, identity: str) -> Resource | None:
        """Read as an import does: the engine knows nothing but the id."""
        urn = f"urn:pulumi:test::test::{token}::{name}"
        request = provider_pb2.ReadRequest(id=identity, urn=urn, name=name, type=token)
        answer = self.call("Read", request)
        if not answer.id:
            return None
        return Resource(
            token, name, answer.id, from_struct(answer.inputs), from_struct(answer.properties)
        )

    def delete(self, old: Resource, timeout: float = 20) -> None:
        request = provider_pb2.DeleteRequest(
            id=old.id,
            urn=old.urn,
            name=old.name,
            type=old.token,
            old_inputs=to_struct(old.inputs),
            properties=to_struct(old.outputs),
            timeout=timeout,
        )
        self.call("Delete", request)

    def cancel(self) -> None:
        self.stub.Cancel(empty_pb2.Empty())


class PartialFailure(Refused):
    """The object exists and is not ready."""

    def __init__(self, failed: provider_pb2.ErrorResourceInitFailed) -> None:
        super().__init__("; ".join(failed.reasons))
        self.id = failed.id
        self.reasons = list(failed.reasons)
        self.outputs = from_struct(failed.properties)
        self.inputs = from_struct(failed.inputs)


def _update(
    old: Resource, checked: Inputs, ignore: tuple[str, ...], timeout: float
) -> provider_pb2.UpdateRequest:
    return provider_pb2.UpdateRequest(
        id=old.id,
        urn=old.urn,
        name=old.name,
        type=old.token,
        old_inputs=to_struct(old.inputs),
        olds=to_struct(old.outputs),
        news=to_struct(checked),
        timeout=timeout,
        ignoreChanges=ignore,
    )


def _refusal(error: Any) -> Refused:
    for key, value in error.trailing_metadata() or ():
        if key == "grpc-status-details-bin":
            status = status_pb2.Status.FromString(value)
            failed = provider_pb2.ErrorResourceInitFailed()
            if status.details and status.details[0].Unpack(failed):
                return PartialFailure(failed)
    return Refused(error.details())


@contextmanager
def serving(provider: Provider) -> Iterator[StandIn]:
    """Serve a provider on a free port for the length of a block."""
    server, port = start(provider)
    # A failed resource travels in the trailer, which gRPC's Python client limits by default.
    options = [("grpc.max_metadata_size", 1 << 24), ("grpc.absolute_max_metadata_size", 1 << 24)]
    channel = grpc.insecure_channel(f"127.0.0.1:{port}", options=options)
    try:
        yield StandIn(provider_pb2_grpc.ResourceProviderStub(channel))
    finally:
        channel.close()
        server.stop(grace=None).wait()
