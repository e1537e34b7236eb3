"""How the declarations of a program travel: as the inputs of its guard."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from .declarations import Declarations, DeclarationsError
from .own_exemptions import read_declarations_for
from .values import Gap, at

if TYPE_CHECKING:
    from .resource import Resource
    from .rule import Rule

GUARD_TYPE = "hoheit:index:ResidencyGuard"
"""Type token of the guard."""

FIELD = "declarations"


def declared_in(resources: Iterable[Resource], rules: Iterable[Rule] = ()) -> Declarations | None:
    """Return the declarations of the guard, or None where a program has none.

    Args:
        resources: of the program.
        rules: whose exemptions they may hold beside those of hoheit.

    Raises:
        DeclarationsError: if they are wrong, or if several guards declare different things.
    """
    found = [_declared(one, rules) for one in resources if one.type == GUARD_TYPE]
    for other in found[1:]:
        agreed(found[0], other)
    return found[0] if found else None


def agreed(first: Declarations, second: Declarations) -> Declarations:
    """Return the declarations of two guards of one program.

    Raises:
        DeclarationsError: if they differ; the laxer one would undo the other.
    """
    if first != second:
        raise DeclarationsError(
            "declarations: two guards of this program declare different things, and nobody can "
            "tell which counts; create one guard"
        )
    return first


def _declared(guard: Resource, rules: Iterable[Rule]) -> Declarations:
    given = at(guard.inputs, FIELD)
    return Declarations() if given is Gap.MISSING else read_declarations_for(given, rules)
