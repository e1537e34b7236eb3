"""The random stand-in: draw once in create, keep for ever in the state."""

from typing import Any

from hoheit_lab.providers.errors import ProviderError, UnsupportedError
from hoheit_lab.providers.host import Severity
from hoheit_lab.providers.marks import UNKNOWN, Secret, Unknown, reveal
from hoheit_lab.providers.provider import Provider
from hoheit_lab.providers.requests import (
    Change,
    CheckRequest,
    CheckResult,
    CreateRequest,
    CreateResult,
    DeleteRequest,
    DiffRequest,
    DiffResult,
    Properties,
    ReadRequest,
    ReadResult,
    UpdateRequest,
)
from hoheit_lab.providers.serve import sdk_version

from .shapes import SHAPES, Shape

_WRITTEN_AGAINST = "4.21.4"
_STAND_IN = "__standIn"


class RandomProvider(Provider):
    """The typed classes of pulumi-random."""

    package = "random"

    def __init__(self) -> None:
        super().__init__()
        self.version = sdk_version("pulumi-random", _WRITTEN_AGAINST)

    def check(self, request: CheckRequest) -> CheckResult:
        """Refuse what the type does not have."""
        return CheckResult(request.news, _shape(request.type).check(request.news))

    def diff(self, request: DiffRequest) -> DiffResult:
        """Any change asks for a new draw; spelling out a default is none."""
        shape = _shape(request.type)
        old, new = shape.complete(reveal(request.old_inputs)), shape.complete(reveal(request.news))
        ignored = {path.partition(".")[0] for path in request.ignore_changes}
        changes: dict[str, Change] = {}
        for key in sorted((old.keys() | new.keys()) - ignored):
            if isinstance(new.get(key), Unknown) or old.get(key) != new.get(key):
                changes[key] = Change.UPDATE_REPLACE
        return DiffResult(changes)

    def create(self, request: CreateRequest) -> CreateResult:
        """Draw; a preview knows only that there will be values."""
        shape = _shape(request.type)
        inputs = shape.complete(request.inputs)
        if request.preview:
            return CreateResult("", _outputs(shape, inputs, dict.fromkeys(shape.outputs, UNKNOWN)))
        drawn = shape.draw(reveal(inputs))
        if "bcryptHash" in shape.outputs and "bcryptHash" not in drawn.outputs:
            self._warn_of_missing_hash(request.urn)
        return CreateResult(drawn.id, _outputs(shape, inputs, drawn.outputs))

    def read(self, request: ReadRequest) -> ReadResult:
        """The state is all there is; an import takes the value from the id."""
        if request.outputs:
            return ReadResult(request.id, request.outputs, request.inputs or {})
        shape = _shape(request.type)
        if shape.adopt is None:
            raise UnsupportedError(
                f"{request.type} cannot be imported by the lab's stand-in for random;"
                " the official random plugin can"
            )
        adopted = shape.adopt(request.id)
        inputs = {key: value for key, value in adopted.items() if key in shape.inputs}
        drawn = {key: value for key, value in adopted.items() if key in shape.outputs}
        identity = "none" if shape.secret else request.id
        return ReadResult(identity, _outputs(shape, shape.complete(inputs), drawn), inputs)

    def update(self, request: UpdateRequest) -> Properties:
        """Only a default that is spelt out, or not any more, comes here: keep what was drawn."""
        return {**request.old_outputs, **_shape(request.type).complete(request.news)}

    def delete(self, request: DeleteRequest) -> None:
        """Nothing is left outside of the state."""

    def _warn_of_missing_hash(self, urn: str) -> None:
        message = "no bcryptHash: the C library of this machine has no bcrypt"
        self.host.log(Severity.WARNING, urn, message)


def _shape(token: str) -> Shape:
    package, _, name = token.rpartition(":")
    shape = SHAPES.get(name)
    if shape is None or not package.startswith("random:"):
        known = ", ".join(SHAPES)
        raise ProviderError(f"the lab's stand-in for random has no {token}; it has: {known}")
    return shape


def _outputs(shape: Shape, inputs: dict[str, Any], drawn: dict[str, Any]) -> dict[str, Any]:
    if shape.secret:
        drawn = {key: Secret(value) for key, value in drawn.items()}
    return {**inputs, **drawn, _STAND_IN: "hoheit-lab"}
