"""What every component's arguments share."""

from collections.abc import Awaitable, Iterable
from typing import Annotated, Any, TypeAlias, TypeVar, cast

import pulumi
from pydantic import BaseModel, ConfigDict, ValidationError, model_validator

from ._explain import explain
from ._patterns import written_as

PACKAGE = "hoheit"

InputStr: TypeAlias = str | Awaitable[str] | pulumi.Output[str]
"""``pulumi.Input[str]`` without its forward reference, which pydantic cannot resolve."""

_OBJECT_NAME = written_as(
    r"^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$",
    "a name of lower-case letters, digits, '-' and '.'; it begins and ends with a letter or digit",
    max_length=253,
)
ObjectName = Annotated[str, _OBJECT_NAME]
"""A name that Kubernetes accepts for an object (RFC 1123 subdomain)."""
LateObjectName: TypeAlias = ObjectName | Awaitable[str] | pulumi.Output[str]
"""The same, or the output of another resource. What is no name, a secret put here by mistake for
one, is refused before it travels."""

DnsLabel = Annotated[
    str,
    written_as(
        r"^[a-z0-9]([-a-z0-9]*[a-z0-9])?$",
        "a name of lower-case letters, digits and '-'; it begins and ends with a letter or digit",
        max_length=63,
    ),
]
"""A name that Kubernetes accepts for a namespace, a Service or a label value (RFC 1123)."""

_LABEL_NAME = r"[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?"
_LABEL_PREFIX = r"[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?"

LabelKey = Annotated[
    str,
    written_as(
        f"^({_LABEL_PREFIX}/)?{_LABEL_NAME}$",
        "a label's key is a name of at most 63 letters, digits, '-', '_' and '.', after a domain "
        "and '/' where it has one, as in node.example.internal/pool",
    ),
]
"""A key that Kubernetes accepts for a label."""
LabelValue = Annotated[
    str,
    written_as(
        f"^({_LABEL_NAME})?$",
        "a label's value has at most 63 letters, digits, '-', '_' and '.'; it begins and ends with "
        "a letter or digit, or is empty",
    ),
]
"""A value that Kubernetes accepts for a label."""
Labels: TypeAlias = dict[LabelKey, LabelValue]
"""Labels that select pods or nodes, as Kubernetes accepts them."""


def check_namespace(field: str, name: str) -> None:
    """Tell whether a namespace may be made and removed by a program.

    Raises:
        ValueError: if it is one of Kubernetes' own, which hold what is not ours.
    """
    if name == "default" or name.startswith("kube-"):
        raise ValueError(
            f"{field}: '{name}' belongs to Kubernetes, and what lies in it would go with the "
            "stack; choose another name"
        )


ServiceName = Annotated[
    str,
    written_as(
        r"^[a-z]([-a-z0-9]*[a-z0-9])?$",
        "a name of lower-case letters, digits and '-'; it begins with a letter and ends with a "
        "letter or digit",
        max_length=40,
    ),
]
"""A name that Kubernetes accepts for a Service (RFC 1035), short enough for the names of children:
they add a role and a hash, and stay within 63 characters."""


class InvalidArgsError(pulumi.RunError):
    """Arguments that cannot be: the path of each wrong field, and what is allowed there.

    A ``RunError``, so that Pulumi shows its text and no traceback.
    """


_NUMBERS: tuple[Any, ...] = (int, float, int | None)


class _ArgsMeta(type(BaseModel)):
    """Explains what is wrong where arguments are written down, not only where they are used."""

    def __call__(cls, *args: Any, **fields: Any) -> Any:
        try:
            return super().__call__(*args, **fields)
        except ValidationError as error:
            raise InvalidArgsError(
                f"{cls.__name__} is not valid:\n{explain(error, cast(type[BaseModel], cls))}"
            ) from None


class Args(BaseModel, metaclass=_ArgsMeta):
    """Base of all arguments: closed, immutable, and silent about values in its errors.

    Raises:
        InvalidArgsError: when constructed with wrong values.
    """

    model_config = ConfigDict(
        allow_inf_nan=False,
        arbitrary_types_allowed=True,
        extra="forbid",
        frozen=True,
        hide_input_in_errors=True,
        use_attribute_docstrings=True,
    )

    @model_validator(mode="before")
    @classmethod
    def _truth_is_no_number(cls, data: Any) -> Any:
        """Refuse ``true`` for a number, which pydantic would take for 1."""
        fields = cast(dict[str, Any], data) if isinstance(data, dict) else {}
        for name in (name for name, value in fields.items() if isinstance(value, bool)):
            field = cls.model_fields.get(name)
            if field and field.annotation in _NUMBERS:
                raise ValueError(f"{name}: {str(fields[name]).lower()} is no number")
        return data  # pyright: ignore[reportUnknownVariableType] - checked field by field later


ArgsT = TypeVar("ArgsT", bound=Args)


def plain(models: Iterable[BaseModel]) -> list[dict[str, Any]]:
    """Return ``models`` as data that can be a resource's or a stack's output."""
    return [model.model_dump(mode="json") for model in models]


def validated(model: type[ArgsT], args: Any, owner: str) -> ArgsT:
    """Return ``args`` as ``model``, which may be given as a mapping.

    Raises:
        InvalidArgsError: naming ``owner``, the path of each wrong field and what is allowed there.
    """
    try:
        return model.model_validate(args)
    except ValidationError as error:
        raise InvalidArgsError(f"{owner} is not valid:\n{explain(error, model)}") from None
