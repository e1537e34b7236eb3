"""Requests and responses of the provider protocol, to and from plain Python values."""

from pulumi.runtime.proto import provider_pb2

from . import requests
from .values import from_struct, to_struct


def check_request(request: provider_pb2.CheckRequest) -> requests.CheckRequest:
    """Decode."""
    autonaming = None
    if request.HasField("autonaming"):
        mode = requests.Naming(int(request.autonaming.mode))
        autonaming = requests.Autonaming(request.autonaming.proposed_name, mode)
    return requests.CheckRequest(
        urn=request.urn,
        name=request.name,
        type=request.type,
        olds=from_struct(request.olds),
        news=from_struct(request.news),
        seed=request.randomSeed,
        autonaming=autonaming,
    )


def check_response(result: requests.CheckResult) -> provider_pb2.CheckResponse:
    """Encode."""
    return provider_pb2.CheckResponse(
        inputs=to_struct(result.inputs),
        failures=[
            provider_pb2.CheckFailure(property=failure.path, reason=failure.reason)
            for failure in result.failures
        ],
    )


def diff_request(request: provider_pb2.DiffRequest) -> requests.DiffRequest:
    """Decode."""
    return requests.DiffRequest(
        id=request.id,
        urn=request.urn,
        type=request.type,
        old_inputs=from_struct(request.old_inputs),
        old_outputs=from_struct(request.olds),
        news=from_struct(request.news),
        ignore_changes=list(request.ignoreChanges),
    )


def diff_response(result: requests.DiffResult) -> provider_pb2.DiffResponse:
    """Encode."""
    some, none = provider_pb2.DiffResponse.DIFF_SOME, provider_pb2.DiffResponse.DIFF_NONE
    kinds = provider_pb2.PropertyDiff.Kind
    return provider_pb2.DiffResponse(
        changes=some if result.changes else none,
        replaces=[path for path, change in result.changes.items() if change.replaces],
        deleteBeforeReplace=result.delete_before_replace,
        hasDetailedDiff=True,
        detailedDiff={
            path: provider_pb2.PropertyDiff(kind=kinds.Value(change.name), inputDiff=True)
            for path, change in result.changes.items()
        },
    )


def create_request(request: provider_pb2.CreateRequest) -> requests.CreateRequest:
    """Decode."""
    return requests.CreateRequest(
        urn=request.urn,
        type=request.type,
        inputs=from_struct(request.properties),
        timeout=request.timeout,
        preview=request.preview,
    )


def create_response(result: requests.CreateResult) -> provider_pb2.CreateResponse:
    """Encode."""
    return provider_pb2.CreateResponse(id=result.id, properties=to_struct(result.outputs))


def read_request(request: provider_pb2.ReadRequest) -> requests.ReadRequest:
    """Decode."""
    return requests.ReadRequest(
        id=request.id,
        urn=request.urn,
        type=request.type,
        inputs=from_struct(request.inputs) if request.HasField("inputs") else None,
        outputs=from_struct(request.properties),
    )


def read_response(result: requests.ReadResult) -> provider_pb2.ReadResponse:
    """Encode."""
    return provider_pb2.ReadResponse(
        id=result.id, properties=to_struct(result.outputs), inputs=to_struct(result.inputs)
    )


def update_request(request: provider_pb2.UpdateRequest) -> requests.UpdateRequest:
    """Decode."""
    return requests.UpdateRequest(
        id=request.id,
        urn=request.urn,
        type=request.type,
        old_inputs=from_struct(request.old_inputs),
        old_outputs=from_struct(request.olds),
        news=from_struct(request.news),
        timeout=request.timeout,
        preview=request.preview,
        ignore_changes=list(request.ignoreChanges),
    )


def update_response(outputs: requests.Properties) -> provider_pb2.UpdateResponse:
    """Encode."""
    return provider_pb2.UpdateResponse(properties=to_struct(outputs))


def delete_request(request: provider_pb2.DeleteRequest) -> requests.DeleteRequest:
    """Decode."""
    return requests.DeleteRequest(
        id=request.id,
        urn=request.urn,
        type=request.type,
        old_inputs=from_struct(request.old_inputs),
        old_outputs=from_struct(request.properties),
        timeout=request.timeout,
    )


def invoke_response(result: requests.Properties) -> provider_pb2.InvokeResponse:
    """Encode."""
    response = provider_pb2.InvokeResponse()
    # The field is called `return`, which Python's grammar keeps for itself.
    getattr(response, "return").CopyFrom(to_struct(result))
    return response
