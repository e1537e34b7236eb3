"""Declarations whose exemptions may name rules that are not hoheit's."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, cast

from .declarations import Declarations, read_declarations
from .rule_ids import RULE_IDS
from .values import Gap, list_at, text_at

if TYPE_CHECKING:
    from .rule import Rule


def read_declarations_for(data: Any, rules: Iterable[Rule]) -> Declarations:
    """Return ``data`` as declarations; their exemptions may name hoheit's rules and ``rules``.

    Raises:
        DeclarationsError: with one line for each wrong field.
    """
    own = {rule.id for rule in rules} - set(RULE_IDS)
    listed = list_at(data, "exemptions")
    if isinstance(data, Declarations) or isinstance(listed, Gap) or not own:
        return read_declarations(data)
    # Everything else of an exemption is checked under an id that declarations know.
    known = [_named(one, RULE_IDS[0]) if text_at(one, "rule") in own else one for one in listed]
    found = read_declarations({**cast("dict[str, Any]", data), "exemptions": known})
    exemptions = tuple(
        one.model_copy(update={"rule": text_at(given, "rule")})
        for given, one in zip(listed, found.exemptions, strict=True)
    )
    return found.model_copy(update={"exemptions": exemptions})


def _named(exemption: dict[str, Any], rule: str) -> dict[str, Any]:
    return {**exemption, "rule": rule}
