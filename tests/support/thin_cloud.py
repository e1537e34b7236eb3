"""A thin double of cloud plugins: what a program asks for exists at once, and costs nothing.

It does what the bridge of the official plugins does where rules look: `Check` and `CheckConfig`
return the inputs as they came (a region in the environment is not among them), what is made shows
its id and region, and what is only read shows no inputs.
"""

import os
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
    Properties,
    ReadRequest,
    ReadResult,
    UpdateRequest,
)
from hoheit_lab.providers.serve import serve

PACKAGE = "THIN_CLOUD_PACKAGE"
"""Variable with the package that a process stands for; the engine sets the arguments."""
DRIFTED = "THIN_CLOUD_DRIFTED"
"""Variable with a region in which everything is found that is read."""


class ThinCloud(Provider):
    """One package of a cloud, without the cloud."""

    def __init__(self, package: str) -> None:
        super().__init__()
        self.package, self.version = package, "1.0.0"
        self.region: Any = None

    def configure(self, news: Properties) -> None:
        """Take the region, where the provider says one."""
        self.region = news.get("region") or os.environ.get("AWS_REGION")

    def check(self, request: CheckRequest) -> CheckResult:
        """Return the inputs as they came."""
        return CheckResult(request.news)

    def diff(self, request: DiffRequest) -> DiffResult:
        """Compare the inputs, but for what the program wants to be ignored."""
        ignored = {path.partition(".")[0] for path in request.ignore_changes}
        names = request.old_inputs.keys() | request.news.keys()
        changed = [one for one in names if request.old_inputs.get(one) != request.news.get(one)]
        return DiffResult({one: Change.UPDATE for one in changed if one not in ignored})

    def create(self, request: CreateRequest) -> CreateResult:
        """Return the inputs, with an id and a region."""
        if request.preview:
            return CreateResult("", {**request.inputs, "id": UNKNOWN})
        identity = str(request.inputs.get("bucket") or len(request.urn))
        return CreateResult(identity, self._shown(identity, request.inputs))

    def read(self, request: ReadRequest) -> ReadResult:
        """Find everything that is asked for, where it was or has gone meanwhile."""
        region = os.environ.get(DRIFTED)
        moved = {"region": region} if region else {}
        held = {**(request.inputs or {}), **(moved if request.inputs else {})}
        return ReadResult(
            request.id,
            outputs={**self._shown(request.id, request.outputs), **moved},
            inputs=held,
        )

    def update(self, request: UpdateRequest) -> Properties:
        """Return the new inputs."""
        return self._shown(request.id, request.news)

    def delete(self, request: DeleteRequest) -> None:
        """There is nothing to remove."""

    def _shown(self, identity: str, inputs: Properties) -> Properties:
        region = {"region": self.region} if self.region else {}
        return {**region, **inputs, "id": identity}


if __name__ == "__main__":
    serve(ThinCloud(os.environ[PACKAGE]))
