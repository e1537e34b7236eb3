"""How the declarations of a program travel: as the inputs of its guard."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from .declarations import Declarations
from .own_exemptions import read_declarations_for
from .values import Gap, at

if TYPE_CHECKING:
    from .resource import Resource
    from .rule import Rule

GUARD_TYPE = "hoheit:index:ResidencyGuard"
"""Type token of the guard."""

FIELD = "declarations"


def declared_in(resources: Iterable[Resource], rules: Iterable[Rule] = ()) -> Declarations | None:
    """Return the declarations of the first guard, or None where a program has none.

    Args:
        resources: of the program.
        rules: whose exemptions they may hold beside those of hoheit.

    Raises:
        DeclarationsError: if they are wrong.
    """
    for resource in resources:
        if resource.type == GUARD_TYPE:
            given = at(resource.inputs, FIELD)
            return Declarations() if given is Gap.MISSING else read_declarations_for(given, rules)
    return None
