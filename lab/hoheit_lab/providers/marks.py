"""The two marks that a property value can carry: not known yet, and secret."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeGuard


class Unknown:
    """A value that only the update itself will produce."""

    def __repr__(self) -> str:
        return "UNKNOWN"


UNKNOWN: Final = Unknown()


@dataclass(frozen=True, repr=False)
class Secret:
    """A value that is encrypted in the state and never shown."""

    value: Any

    def __repr__(self) -> str:
        return "Secret(...)"


def is_object(value: object) -> TypeGuard[dict[str, Any]]:
    """Whether the value is a property map."""
    return isinstance(value, dict)


def is_list(value: object) -> TypeGuard[list[Any]]:
    """Whether the value is a list of property values."""
    return isinstance(value, list)


def reveal(value: Any) -> Any:
    """The value without its secret marks, for the API server."""
    if isinstance(value, Secret):
        return reveal(value.value)
    if is_object(value):
        return {key: reveal(item) for key, item in value.items()}
    if is_list(value):
        return [reveal(item) for item in value]
    return value


def has_unknown(value: Any) -> bool:
    """Whether any part of the value is not known yet."""
    if isinstance(value, Secret):
        return has_unknown(value.value)
    if is_object(value):
        return any(has_unknown(item) for item in value.values())
    if is_list(value):
        return any(has_unknown(item) for item in value)
    return isinstance(value, Unknown)


def has_secret(value: Any) -> bool:
    """Whether any part of the value is secret."""
    if is_object(value):
        return any(has_secret(item) for item in value.values())
    if is_list(value):
        return any(has_secret(item) for item in value)
    return isinstance(value, Secret)


def mark_like(value: Any, pattern: Any) -> Any:
    """Mark as secret in ``value`` what is secret at the same place in ``pattern``.

    A list that holds a secret anywhere becomes secret as a whole: an API server may reorder it,
    and an element must not lose its mark by moving.
    """
    if isinstance(value, Secret) or not has_secret(pattern):
        return value
    if is_object(value) and is_object(pattern):
        return {
            key: mark_like(item, pattern[key]) if key in pattern else item
            for key, item in value.items()
        }
    return Secret(value)


def secret_leaves(value: Any) -> set[str]:
    """Every secret string in the value, so that a text can be searched for them."""
    found: set[str] = set()
    _collect_secrets(value, found, inside=False)
    return found


def _collect_secrets(value: Any, found: set[str], *, inside: bool) -> None:
    if isinstance(value, Secret):
        _collect_secrets(value.value, found, inside=True)
    elif isinstance(value, Mapping):
        for item in value.values():
            _collect_secrets(item, found, inside=inside)
    elif is_list(value):
        for item in value:
            _collect_secrets(item, found, inside=inside)
    elif inside and isinstance(value, str):
        found.add(value)
