"""GOV-03: what an organization of AWS forbids leaves no region open that is not allowed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from hoheit_policy.aws_codes import aws_region
from hoheit_policy.resource import ALWAYS
from hoheit_policy.rule import Remediation, Rule, Severity
from hoheit_policy.values import Gap, at, list_at, map_at, text_at
from hoheit_policy.verdict import Judgement, unknown

from .allowed_locations import judge_country

if TYPE_CHECKING:
    from hoheit_policy.resource import Resource
    from hoheit_policy.view import View

_POLICY = "aws:organizations/policy:Policy"
_CONTENT = "content"
_DENY = "Deny"
_EFFECTS = ("Allow", _DENY)
_CONDITION = ("Condition", "StringNotEquals", "aws:RequestedRegion")


def judge_guardrail(resource: Resource, view: View) -> Iterator[Judgement]:
    """Answer for every region that a policy leaves open; others than on regions are not asked."""
    if resource.type != _POLICY:
        return
    content = at(resource.inputs, _CONTENT)
    if isinstance(map_at(content), Gap):
        gap = content if isinstance(content, Gap) else Gap.WRONG
        yield unknown(_CONTENT, f"what it forbids {gap.value}", late=gap is Gap.UNKNOWN)
        return
    for index, statement in enumerate(_items(at(content, "Statement"))):
        effect = text_at(statement, "Effect")
        if effect not in _EFFECTS:
            yield unknown(f"{_CONTENT}.Statement[{index}]", "neither allows nor denies readably")
        elif effect == _DENY:
            for region in _items(at(statement, *_CONDITION)):
                place = aws_region("region left open", f"{_CONTENT}.Statement[{index}]", region)
                yield judge_country(place, view.declarations.policy)


def _items(given: Any) -> list[Any]:
    """Return a list, or one thing as one; nothing where nothing is."""
    listed = list_at(given)
    if listed is Gap.MISSING:
        return []
    return [given] if isinstance(listed, Gap) else listed


REGION_GUARDRAILS = Rule(
    id="GOV-03",
    title="Guardrails leave only allowed regions open",
    asks=(
        "Every region that a policy of AWS Organizations excepts from its denial, by "
        "StringNotEquals on aws:RequestedRegion, is in an allowed country."
    ),
    severity=Severity.MEDIUM,
    phases=ALWAYS,
    controls=("GDPR Art. 25", "BSI C3A SOV-3-01"),
    remediation=Remediation(
        en="List exactly the allowed regions in aws:RequestedRegion.",
        de="In aws:RequestedRegion genau die erlaubten Regionen nennen.",
    ),
    of_resource=judge_guardrail,
)
