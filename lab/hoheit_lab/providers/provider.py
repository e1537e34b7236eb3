"""What a stand-in provider implements; everything is refused until it says otherwise."""

from typing import NoReturn

from .errors import UnsupportedError
from .host import Host, SilentHost
from .requests import (
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


class Provider:
    """One Pulumi package. Calls arrive on many threads at once."""

    package: str
    """The package's name, as in type tokens."""
    version: str
    """The version of the SDK that this stands in for."""

    def __init__(self) -> None:
        self.host: Host = SilentHost()

    def attach(self, host: Host) -> None:
        """Report progress to this engine."""
        self.host = host

    def check_config(self, news: Properties) -> CheckResult:
        """Validate the provider's own settings."""
        return CheckResult(news)

    def diff_config(self, olds: Properties, news: Properties) -> DiffResult:
        """Say whether changed settings mean another provider."""
        del olds, news
        return DiffResult()

    def configure(self, news: Properties) -> None:
        """Take the settings; called once, before any resource."""
        del news

    def check(self, request: CheckRequest) -> CheckResult:
        """Validate a resource's inputs."""
        return self.refuse(request.type)

    def diff(self, request: DiffRequest) -> DiffResult:
        """Compare state and inputs."""
        return self.refuse(request.type)

    def create(self, request: CreateRequest) -> CreateResult:
        """Make the object."""
        return self.refuse(request.type)

    def read(self, request: ReadRequest) -> ReadResult:
        """Look at the object."""
        return self.refuse(request.type)

    def update(self, request: UpdateRequest) -> Properties:
        """Change the object and return its properties."""
        return self.refuse(request.type)

    def delete(self, request: DeleteRequest) -> None:
        """Remove the object."""
        return self.refuse(request.type)

    def invoke(self, token: str, arguments: Properties) -> Properties:
        """Answer a function call of the program."""
        del arguments
        return self.refuse(token)

    def construct(self, token: str) -> NoReturn:
        """Refuse a component that lives in the provider."""
        return self.refuse(token)

    def schema(self) -> NoReturn:
        """Refuse to describe the package; what only needs it is code generation."""
        raise UnsupportedError(
            f"the lab's stand-in for {self.package} has no package schema, so no code can be"
            " generated from it; an object that `pulumi import` names is imported all the same"
            " (--generate-code=false ends without this error)"
        )

    def cancel(self) -> None:
        """End what is waiting; the user pressed Ctrl-C."""

    def refuse(self, what: str) -> NoReturn:
        """Say that only the official plugin does this."""
        raise UnsupportedError(
            f"{what} is not supported by the lab's stand-in for {self.package};"
            f" the official {self.package} plugin supports it"
        )
