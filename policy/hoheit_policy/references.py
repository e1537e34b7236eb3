"""Which resource of the stack a property means: by its value, else by what it comes out of."""

from __future__ import annotations

from dataclasses import dataclass

from .resource import Resource
from .values import Gap, at
from .view import View


@dataclass(frozen=True, kw_only=True)
class Reference:
    """A resource that a property leads to."""

    resource: Resource
    tentative: bool
    """The value is not there yet; the property only comes out of that resource."""


def refer(
    resource: Resource, field: str, types: tuple[str, ...], view: View
) -> tuple[Reference, ...] | Gap:
    """Return what an id leads to; nothing where no resource of the view has it.

    A value counts more than what it comes out of: a program can make any value out of an output.
    """
    given = at(resource.inputs, field)
    if given is Gap.UNKNOWN:
        urns = resource.depends.get(field, ())
        found = [one for one in view.resources if one.urn in urns and one.type in types]
        if not found:
            return Gap.UNKNOWN
        return tuple(Reference(resource=one, tentative=True) for one in found)
    if isinstance(given, Gap):
        return given
    if isinstance(given, bool) or not isinstance(given, int | float | str):
        return Gap.WRONG
    wanted = _written(given)
    found = [one for one in view.resources if one.type in types and wanted in _ids(one)]
    return tuple(Reference(resource=one, tentative=False) for one in found)


def _ids(resource: Resource) -> set[str]:
    given = (resource.id, at(resource.outputs, "id"))
    return {_written(one) for one in given if isinstance(one, int | float | str)}


def _written(given: float | str) -> str:
    """Return an id as text; the engine writes numbers as it likes."""
    return str(int(given)) if isinstance(given, float) and given.is_integer() else str(given)
