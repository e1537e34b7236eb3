"""gRPC statuses: how an error of a provider reaches the engine."""

import traceback
from dataclasses import dataclass
from pathlib import Path

import grpc
from pulumi.runtime.proto import provider_pb2, status_pb2

from .errors import PartialFailureError, ProviderError, UnsupportedError
from .values import to_struct


@dataclass(frozen=True)
class Status:
    """A status with the details that the engine reads from the trailer."""

    code: grpc.StatusCode
    details: str
    trailing_metadata: tuple[tuple[str, bytes], ...] = ()


def status_of(error: Exception) -> Status:
    """The status that says what the error says.

    Never the codes UNKNOWN or INTERNAL: after those the engine no longer trusts its state.
    """
    if isinstance(error, PartialFailureError):
        return _partial(error)
    if isinstance(error, UnsupportedError):
        return Status(grpc.StatusCode.INVALID_ARGUMENT, str(error))
    if isinstance(error, ProviderError):
        return Status(grpc.StatusCode.FAILED_PRECONDITION, str(error))
    return Status(grpc.StatusCode.FAILED_PRECONDITION, _defect(error))


def _partial(error: PartialFailureError) -> Status:
    failed = provider_pb2.ErrorResourceInitFailed(
        id=error.object_id,
        properties=to_struct(error.outputs),
        reasons=error.reasons,
        inputs=None if error.inputs is None else to_struct(error.inputs),
    )
    code = grpc.StatusCode.FAILED_PRECONDITION
    status = status_pb2.Status(code=code.value[0], message=str(error))
    status.details.add().Pack(failed)
    return Status(code, str(error), (("grpc-status-details-bin", status.SerializeToString()),))


def _defect(error: Exception) -> str:
    # Only the place and the kind: the text of a foreign exception could quote a secret value.
    frame = traceback.extract_tb(error.__traceback__)[-1]
    place = f"{Path(frame.filename).name}, line {frame.lineno}"
    return (
        f"the lab's stand-in provider has a defect: {type(error).__name__} in {place};"
        " the object may or may not have changed, `pulumi refresh` tells"
    )
