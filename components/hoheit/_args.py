"""What every component's arguments share."""

from collections.abc import Awaitable, Iterable
from typing import Annotated, Any, TypeAlias, TypeVar

import pulumi
from pydantic import BaseModel, ConfigDict, StringConstraints, ValidationError

from ._explain import explain

PACKAGE = "hoheit"

InputStr: TypeAlias = str | Awaitable[str] | pulumi.Output[str]
"""``pulumi.Input[str]`` without its forward reference, which pydantic cannot resolve."""

DnsLabel = Annotated[
    str, StringConstraints(pattern=r"^[a-z0-9]([-a-z0-9]*[a-z0-9])?$", max_length=63)
]
"""A name that Kubernetes accepts for a namespace, a Service or a label value (RFC 1123)."""


ServiceName = Annotated[
    str, StringConstraints(pattern=r"^[a-z]([-a-z0-9]*[a-z0-9])?$", max_length=40)
]
"""A name that Kubernetes accepts for a Service (RFC 1035), short enough for the names of children:
they add a role and a hash, and stay within 63 characters."""


class Args(BaseModel):
    """Base of all arguments: closed, immutable, and silent about values in its errors."""

    model_config = ConfigDict(
        arbitrary_types_allowed=True,
        extra="forbid",
        frozen=True,
        hide_input_in_errors=True,
        use_attribute_docstrings=True,
    )


ArgsT = TypeVar("ArgsT", bound=Args)


def plain(models: Iterable[BaseModel]) -> list[dict[str, Any]]:
    """Return ``models`` as data that can be a resource's or a stack's output."""
    return [model.model_dump(mode="json") for model in models]


def validated(model: type[ArgsT], args: Any, owner: str) -> ArgsT:
    """Return ``args`` as ``model``, which may be given as a mapping.

    Raises:
        pulumi.RunError: naming ``owner``, the path of each wrong field and what is allowed there.
    """
    try:
        return model.model_validate(args)
    except ValidationError as error:
        raise pulumi.RunError(f"{owner} is not valid:\n{explain(error, model)}") from None
