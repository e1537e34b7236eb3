"""A double of the Kubernetes plugin that answers at once: no cluster, so no time of a cluster.

What is measured is then the program and the engine alone. An API server would add the same time to
both sides of a comparison, and make every ratio look better than it is.
"""

from typing import Any

from hoheit_lab.providers.marks import UNKNOWN
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
)
from hoheit_lab.providers.serve import sdk_version, serve

AUTOMATIC = "-automatic"
"""Ending of a name that the program did not give."""
_WRITTEN_AGAINST = "4.34.0"


class EchoProvider(Provider):
    """Every object becomes what was asked for, with a name."""

    package = "kubernetes"

    def __init__(self) -> None:
        super().__init__()
        self.version = sdk_version("pulumi-kubernetes", _WRITTEN_AGAINST)

    def check(self, request: CheckRequest) -> CheckResult:
        """Give an object without a name the one of its resource, as the real plugin does."""
        metadata: dict[str, Any] = request.news.get("metadata") or {}
        if "name" not in metadata:
            metadata = {**metadata, "name": f"{request.name}{AUTOMATIC}"}
        return CheckResult({**request.news, "metadata": metadata})

    def diff(self, request: DiffRequest) -> DiffResult:
        """Compare the inputs as a whole."""
        same = request.old_inputs == request.news
        return DiffResult({} if same else {"spec": Change.UPDATE})

    def create(self, request: CreateRequest) -> CreateResult:
        """Return the inputs."""
        metadata: dict[str, Any] = request.inputs.get("metadata") or {}
        name = metadata.get("name", UNKNOWN)
        return CreateResult("" if request.preview else str(name), request.inputs)

    def delete(self, request: DeleteRequest) -> None:
        """There is nothing to remove."""


if __name__ == "__main__":
    serve(EchoProvider())
