"""Documents that say who may use a resource of AWS."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from .values import Gap, at, list_at, map_at

_EVERYBODY = "*"
_ACCOUNTS, _SERVICES = "AWS", "Service"
"""Kinds of principals."""


@dataclass(frozen=True, kw_only=True)
class Grant:
    """Somebody whom a statement allows something."""

    path: str
    principal: str | Gap
    conditional: bool

    @property
    def to_everybody(self) -> bool:
        """Anybody at AWS is meant."""
        return self.principal == _EVERYBODY


def grants_of(document: Any, path: str) -> Iterator[Grant]:
    """Return every grant to an account, a role or everybody, and what cannot be read of them."""
    if isinstance(map_at(document), Gap):
        gap = document if isinstance(document, Gap) else Gap.WRONG
        yield Grant(path=path, principal=gap, conditional=False)
        return
    given = at(document, "Statement")
    for index, statement in enumerate(given if isinstance(list_at(given), list) else [given]):
        here = f"{path}.Statement[{index}]"
        if at(statement, "Effect") != "Deny":
            conditional = at(statement, "Condition") is not Gap.MISSING
            for principal in _principals(statement):
                yield Grant(path=here, principal=principal, conditional=conditional)


def _principals(statement: Any) -> Iterator[str | Gap]:
    """Return who is named. A service of AWS is no account, another kind of name is not read."""
    given = at(statement, "Principal")
    kinds = map_at(given)
    if isinstance(kinds, Gap):
        yield given if isinstance(given, str | Gap) else Gap.WRONG
        return
    if not kinds.keys() <= {_ACCOUNTS, _SERVICES} or not kinds:
        yield Gap.WRONG
    if _ACCOUNTS in kinds:
        listed = list_at(kinds, _ACCOUNTS)
        for one in [kinds[_ACCOUNTS]] if isinstance(listed, Gap) else listed:
            yield one if isinstance(one, str | Gap) else Gap.WRONG
